//! The program under test: its processes, its database and its bus, from the first byte to the last.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Mode;
use crate::addresses::{address, api_health, base, common_environment, data_directory, gateway_health, public};
use crate::client::{Anonymous, Caller, DinerPhone, Menu, StaffClient};
use crate::database::{Database, Held};
use crate::disk::SmallDisk;
use crate::options::{AppOptions, CREDENTIALS_KEY, JWT_SECRET, TABLE_TOKEN_SECRET};
use crate::process::{Process, free_port};
use crate::redis::RedisServer;
use crate::wire::CountingProxy;

/// From the start of a process to its first healthy answer; a loaded machine that migrates and seeds needs some of it.
const START: Duration = Duration::from_secs(60);

/// From SIGTERM to the end, sockets closed one after the other.
const STOP: Duration = Duration::from_secs(30);

/// A process and where it answers.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) process: Process,
    /// `http://127.0.0.1:<port>` and the health path behind it; two for `serve`, which answers on both ports.
    health: Vec<String>,
}

/// A restaurant of its own for one test. Dropping it kills its processes and removes its database and files.
///
/// In embedded mode the API and the gateway are one process: what is done to either is done to it.
#[derive(Debug)]
pub struct App {
    // Fields are dropped in this order: first who uses a thing, then the thing.
    pub(crate) apis: Vec<Server>,
    pub(crate) gateways: Vec<Server>,
    wire: Option<CountingProxy>,
    redis: Option<RedisServer>,
    database: Database,
    disk: Option<SmallDisk>,
    data: PathBuf,
    _directory: TempDir,
    mode: Mode,
    pub(crate) provider: Option<String>,
    api_urls: Vec<String>,
    gateway_urls: Vec<String>,
    next: AtomicUsize,
}

impl App {
    /// Starts the program at `binary` with the default [`AppOptions`] and waits until it is healthy.
    ///
    /// # Panics
    /// When it is not in a minute, with its log; in distributed mode also without `COMANDA_TEST_POSTGRES`.
    pub async fn start(binary: &Path, mode: Mode) -> Self {
        Self::start_with(binary, mode, AppOptions::default()).await
    }

    /// [`App::start`] with options.
    ///
    /// # Panics
    /// As [`App::start`].
    pub async fn start_with(binary: &Path, mode: Mode, options: AppOptions) -> Self {
        let app = match mode {
            Mode::Embedded => Self::embedded(binary, &options).await,
            Mode::Distributed => Self::distributed(binary, &options).await,
        };
        app.wait_healthy(app.apis.iter().chain(&app.gateways)).await;
        app
    }

    async fn embedded(binary: &Path, options: &AppOptions) -> Self {
        let directory = tempfile::tempdir().expect("a writable temporary directory");
        let data = data_directory(&directory);
        let disk = options.small_disk.map(|size| SmallDisk::over(&data, size));
        let (api, gateway) = (free_port(), free_port());
        let mut environment = common_environment(options, &data);
        let database = Database::sqlite(binary, &environment, data.clone()).await;
        address(&mut environment, "COMANDA_API_ADDR", api);
        address(&mut environment, "COMANDA_WS_ADDR", gateway);
        public(&mut environment, options, api);
        environment.extend(options.env.iter().cloned());
        let process =
            Process::start_under(options.conditions, "comanda", binary, &["serve"], environment, directory.path());
        let health = vec![api_health(api), gateway_health(gateway)];
        Self {
            apis: vec![Server { process, health }],
            gateways: Vec::new(),
            wire: None,
            redis: None,
            database,
            disk,
            data,
            _directory: directory,
            mode: Mode::Embedded,
            provider: options.provider.clone(),
            api_urls: vec![base(api)],
            gateway_urls: vec![base(gateway)],
            next: AtomicUsize::new(0),
        }
    }

    async fn distributed(binary: &Path, options: &AppOptions) -> Self {
        let directory = tempfile::tempdir().expect("a writable temporary directory");
        let redis = RedisServer::start();
        let data = data_directory(&directory);
        let mut environment = common_environment(options, &data);
        environment.insert("REDIS_URL".into(), redis.url());
        // No test talks to the real provider; the embedded mode has the demo's sandbox.
        environment.insert("MERCADOPAGO_BASE_URL".into(), "http://127.0.0.1:9".into());
        environment.insert("JWT_SECRET".into(), JWT_SECRET.into());
        environment.insert("TABLE_TOKEN_SECRET".into(), TABLE_TOKEN_SECRET.into());
        environment.insert("COMANDA_CREDENTIALS_KEY".into(), CREDENTIALS_KEY.into());
        let database = Database::postgres(binary, &environment).await;
        let database_url = database.url().expect("a PostgreSQL database has a URL");
        let wire = if options.count_round_trips { Some(CountingProxy::start(&database_url).await) } else { None };

        let start = |kind: &str, variable: &str, port: u16, index: usize, database: &str| {
            let mut environment = environment.clone();
            address(&mut environment, variable, port);
            public(&mut environment, options, port);
            environment.insert("DATABASE_URL".into(), database.to_owned());
            environment.extend(options.env.iter().cloned());
            let name = format!("{kind}-{index}");
            Process::start_under(options.conditions, &name, binary, &[kind], environment, directory.path())
        };
        let api_database = wire.as_ref().map_or_else(|| database_url.clone(), |wire| wire.url(&database_url));
        let (mut apis, mut api_urls) = (Vec::new(), Vec::new());
        for index in 0..options.api_processes {
            let port = free_port();
            let process = start("api", "COMANDA_API_ADDR", port, index, api_database.as_str());
            apis.push(Server { process, health: vec![api_health(port)] });
            api_urls.push(base(port));
        }
        let (mut gateways, mut gateway_urls) = (Vec::new(), Vec::new());
        for index in 0..options.gateway_processes {
            let port = free_port();
            let process = start("ws-gateway", "COMANDA_WS_ADDR", port, index, database_url.as_str());
            gateways.push(Server { process, health: vec![gateway_health(port)] });
            gateway_urls.push(base(port));
        }
        Self {
            apis,
            gateways,
            wire,
            redis: Some(redis),
            database,
            disk: None,
            data,
            _directory: directory,
            mode: Mode::Distributed,
            provider: options.provider.clone(),
            api_urls,
            gateway_urls,
            next: AtomicUsize::new(0),
        }
    }

    /// How this app is run.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// `http://127.0.0.1:<port>` of the first API process.
    pub fn api_url(&self) -> String {
        self.api_url_at(0)
    }

    /// The same of API process `index`.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn api_url_at(&self, index: usize) -> String {
        self.api_urls[index].clone()
    }

    /// `ws://127.0.0.1:<port>` of the first gateway.
    pub fn ws_url(&self) -> String {
        self.ws_url_at(0)
    }

    /// The same of gateway `index`.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn ws_url_at(&self, index: usize) -> String {
        self.gateway_urls[index].replacen("http", "ws", 1)
    }

    /// `http://127.0.0.1:<port>` of the first gateway, for the catch-up and health reads.
    pub fn gateway_url(&self) -> String {
        self.gateway_urls[0].clone()
    }

    /// `postgres://…` of this app's database; none in embedded mode.
    pub fn database_url(&self) -> Option<String> {
        self.database.url().map(String::from)
    }

    /// Somebody without a token, at the next API process in turn: with two of them, callers alternate.
    pub fn anonymous(&self) -> Anonymous {
        let index = self.next.fetch_add(1, Ordering::Relaxed) % self.api_urls.len();
        Anonymous(Caller::new(&self.api_urls[index]))
    }

    /// Somebody without a token who comes from `local`, an address of this machine, with every request on a connection
    /// of its own.
    pub fn anonymous_from(&self, local: IpAddr) -> Anonymous {
        Anonymous(Caller::from(&self.api_url(), local))
    }

    /// Signs a member of the staff in.
    ///
    /// # Panics
    /// When the server does not let the account in.
    pub async fn login(&self, email: &str, password: &str) -> StaffClient {
        self.anonymous().login(email, password).await
    }

    /// A phone scans a table of branch `centro` and its owner joins as "Diner 1", the app's default name.
    ///
    /// # Panics
    /// When the table cannot be opened or joined.
    pub async fn scan(&self, table_code: &str) -> DinerPhone {
        self.anonymous().scan_as(table_code, "Diner 1").await
    }

    /// The menu of branch `centro`.
    ///
    /// # Panics
    /// When the server does not show it.
    pub async fn menu(&self) -> Menu {
        Menu(self.anonymous().get("/api/public/menu/centro").await.expect(200))
    }

    /// The one number that `query`, a scalar SELECT, answers, read past the program from the database itself.
    ///
    /// # Panics
    /// When the query fails, answers nothing or NULL.
    pub async fn sql_i64(&self, query: &str) -> i64 {
        self.database.sql_i64(query).await
    }

    /// The rows of `query`, a SELECT of one text column, read past the program from the database itself.
    ///
    /// # Panics
    /// When the query fails or answers NULL.
    pub async fn sql_texts(&self, query: &str) -> Vec<String> {
        self.database.sql_texts(query).await
    }

    /// Changes the database behind the program's back.
    ///
    /// # Panics
    /// When a statement fails.
    pub async fn sql_exec(&self, statements: &str) {
        self.database.sql_exec(statements).await;
    }

    /// Somebody else's connection to the database, which keeps the locks that `statements` took: see [`Held`].
    ///
    /// # Panics
    /// When a statement fails.
    pub async fn sql_hold(&self, statements: &str) -> Held {
        self.database.hold(statements).await
    }

    /// Kills every process and puts what `statements` make in place of the database, as an operator does who restores a
    /// backup.
    ///
    /// # Panics
    /// When a statement fails.
    pub async fn restore(&self, statements: &str) {
        self.kill9_api();
        self.kill9_gateway();
        self.database.restore(statements).await;
    }

    /// The counter between the API and PostgreSQL.
    ///
    /// # Panics
    /// Unless the app was started with [`AppOptions::count_round_trips`] in distributed mode.
    pub fn wire(&self) -> &CountingProxy {
        self.wire.as_ref().expect("AppOptions::count_round_trips in distributed mode")
    }

    /// The disk under the data directory.
    ///
    /// # Panics
    /// Unless the app was started with [`AppOptions::small_disk`] in embedded mode.
    pub fn disk(&self) -> &SmallDisk {
        self.disk.as_ref().expect("AppOptions::small_disk in embedded mode")
    }

    /// What the processes have as `COMANDA_DATA_DIR`.
    pub fn data_directory(&self) -> &Path {
        &self.data
    }

    /// SIGKILL to every API process.
    pub fn kill9_api(&self) {
        self.apis.iter().for_each(|server| server.process.kill9());
    }

    /// Starts every API process again, killing those that run, and waits until they are healthy.
    ///
    /// # Panics
    /// When they are not in a minute.
    pub async fn restart_api(&self) {
        self.apis.iter().for_each(|server| server.process.restart());
        self.wait_healthy(self.apis.iter()).await;
    }

    /// SIGTERM to every API process, and waits until they have ended by themselves.
    ///
    /// # Panics
    /// When one does not end in half a minute, or with a failure.
    pub fn stop_api(&self) {
        stop(&self.apis);
    }

    /// SIGKILL to every gateway.
    pub fn kill9_gateway(&self) {
        self.gateways().iter().for_each(|server| server.process.kill9());
    }

    /// Starts every gateway again, killing those that run, and waits until they are healthy.
    ///
    /// # Panics
    /// When they are not in a minute.
    pub async fn restart_gateway(&self) {
        self.gateways().iter().for_each(|server| server.process.restart());
        self.wait_healthy(self.gateways().iter()).await;
    }

    /// SIGTERM to every gateway, and waits until they have ended by themselves.
    ///
    /// # Panics
    /// When one does not end in half a minute, or with a failure.
    pub fn stop_gateway(&self) {
        stop(self.gateways());
    }

    /// Kills this app's Redis.
    ///
    /// # Panics
    /// In embedded mode, which has none.
    pub fn stop_redis(&self) {
        self.redis().stop();
    }

    /// Brings this app's Redis back on the same port.
    ///
    /// # Panics
    /// In embedded mode, which has none.
    pub fn start_redis(&self) {
        self.redis().start_again();
    }

    /// The first line of what this app's Redis answers to an inline command.
    ///
    /// # Panics
    /// In embedded mode, which has none.
    pub fn ask_redis(&self, command: &str) -> String {
        self.redis().ask(command)
    }

    /// Where this app's Redis is.
    ///
    /// # Panics
    /// In embedded mode, which has none.
    pub fn redis_url(&self) -> String {
        self.redis().url()
    }

    /// The pids of the API processes and of the gateways, for a look at what they cost.
    pub fn pids(&self) -> (Vec<u32>, Vec<u32>) {
        let of = |servers: &[Server]| servers.iter().filter_map(|server| server.process.pid()).collect();
        (of(&self.apis), of(self.gateways()))
    }

    /// Somebody reads what the first API process says into a pipe, see [`Process::read_pipe`].
    pub fn read_pipe(&self) -> Arc<Mutex<Vec<u8>>> {
        self.apis[0].process.read_pipe()
    }

    /// The whole log of every process, for what must not be in it.
    pub fn whole_logs(&self) -> String {
        self.apis.iter().chain(&self.gateways).map(|server| server.process.log()).collect()
    }

    /// The end of the log of every process.
    pub fn logs(&self) -> String {
        self.apis.iter().chain(&self.gateways).map(|server| server.process.log_tail()).collect()
    }

    fn gateways(&self) -> &[Server] {
        match self.mode {
            Mode::Embedded => &self.apis,
            Mode::Distributed => &self.gateways,
        }
    }

    fn redis(&self) -> &RedisServer {
        self.redis.as_ref().expect("the embedded mode has no Redis: use distributed_only!")
    }

    async fn wait_healthy(&self, servers: impl Iterator<Item = &Server>) {
        let deadline = Instant::now() + START;
        for server in servers {
            for url in &server.health {
                let probe = Caller::new(url);
                loop {
                    let answer = probe.try_send(reqwest::Method::GET, "", "application/json", "").await;
                    if answer.as_ref().is_ok_and(|reply| reply.status == 200) {
                        break;
                    }
                    let ended = server.process.exited();
                    let hopeless = ended.is_some() || Instant::now() > deadline;
                    assert!(!hopeless, "{url} is not healthy: {answer:?}, ended: {ended:?}");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // On standard error, which the test runner shows under the name of the test that failed.
        if std::thread::panicking() {
            eprintln!("{}", self.logs());
        }
    }
}

fn stop(servers: &[Server]) {
    for server in servers {
        let status = server.process.terminate(STOP);
        assert!(status.success(), "ended with {status}\n{}", server.process.log_tail());
    }
}
