//! The database under an app, and the tests' own eyes on it.
//!
//! Every app gets a database of its own, copied from a template that the program itself has migrated and seeded once
//! for this run of the tests: a copy takes a fraction of the time and, above all, of the processor.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection};
use tokio::sync::{Mutex, OnceCell};
use url::Url;

use crate::Mode;
use crate::process::inherited;

/// Where an app keeps its rows.
#[derive(Debug)]
pub enum Database {
    /// The directory that holds the one SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database that is dropped with this value.
    Postgres(PostgresDatabase),
}

/// A connection of somebody else's, with the locks that it has; they end with it.
#[derive(Debug)]
pub enum Held {
    /// To a SQLite file.
    Sqlite(SqliteConnection),
    /// To a PostgreSQL database.
    Postgres(PgConnection),
}

impl Held {
    /// Runs one statement more, or several with semicolons between them.
    ///
    /// # Errors
    /// What the database said.
    pub async fn run(&mut self, statements: &str) -> Result<(), sqlx::Error> {
        let raw = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
        match self {
            Self::Sqlite(connection) => raw.execute(connection).await.map(drop),
            Self::Postgres(connection) => raw.execute(connection).await.map(drop),
        }
    }

    /// Rolls back and says goodbye.
    ///
    /// # Panics
    /// When the database is not there any more.
    pub async fn release(mut self) {
        self.run("rollback").await.expect("a transaction that can be rolled back");
        let closed = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        };
        closed.expect("a connection that can be closed");
    }
}

/// One database in the cluster of `COMANDA_TEST_POSTGRES`; dropped with this value.
#[derive(Debug)]
pub struct PostgresDatabase {
    admin: Url,
    name: String,
}

impl Database {
    /// A fresh SQLite file in `directory` as `migrate` and `seed` leave it. Secrets are not copied: each app makes its
    /// own.
    ///
    /// # Panics
    /// When the program cannot migrate or seed, or the directory not be written.
    pub async fn sqlite(binary: &Path, environment: &BTreeMap<String, String>, directory: PathBuf) -> Self {
        // Held in memory, because nothing takes a static's directory down.
        static TEMPLATE: OnceCell<Vec<(OsString, Vec<u8>)>> = OnceCell::const_new();
        for (name, bytes) in TEMPLATE.get_or_init(|| make_file_template(binary, environment)).await {
            std::fs::write(directory.join(name), bytes).expect("a writable temporary directory");
        }
        Self::Sqlite(directory)
    }

    /// A fresh PostgreSQL database as `migrate` and `seed` leave it.
    ///
    /// # Panics
    /// Without `COMANDA_TEST_POSTGRES`, when the cluster refuses, or when the program cannot migrate or seed.
    pub async fn postgres(binary: &Path, environment: &BTreeMap<String, String>) -> Self {
        // One for each program: the benchmark starts two builds, whose schemas differ.
        static TEMPLATES: Mutex<BTreeMap<PathBuf, String>> = Mutex::const_new(BTreeMap::new());
        static COPIES: AtomicUsize = AtomicUsize::new(0);
        let admin = cluster();
        let template = {
            let mut templates = TEMPLATES.lock().await;
            if !templates.contains_key(binary) {
                let template = make_template(&admin, binary, environment, templates.len()).await;
                templates.insert(binary.to_owned(), template);
            }
            templates[binary].clone()
        };
        let copy = COPIES.fetch_add(1, Ordering::Relaxed);
        let database = PostgresDatabase { name: format!("comanda_{}_{copy}", std::process::id()), admin };
        database.drop_now().await;
        run(&database.admin, &format!("CREATE DATABASE {} TEMPLATE {template}", database.name)).await;
        Self::Postgres(database)
    }

    /// A place for a database in which nothing is yet: `directory`, or a PostgreSQL database without a table.
    ///
    /// # Panics
    /// Without `COMANDA_TEST_POSTGRES` in distributed mode, or when the cluster refuses.
    pub async fn empty(mode: Mode, directory: PathBuf) -> Self {
        static EMPTY: AtomicUsize = AtomicUsize::new(0);
        if mode == Mode::Embedded {
            return Self::Sqlite(directory);
        }
        let nth = EMPTY.fetch_add(1, Ordering::Relaxed);
        let database =
            PostgresDatabase { name: format!("comanda_empty_{}_{nth}", std::process::id()), admin: cluster() };
        database.drop_now().await;
        run(&database.admin, &format!("CREATE DATABASE {}", database.name)).await;
        Self::Postgres(database)
    }

    /// What the program is given as `DATABASE_URL`; none in embedded mode, where the data directory decides.
    pub fn url(&self) -> Option<Url> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(database) => Some(named(&database.admin, &database.name)),
        }
    }

    /// The one number that `query`, a scalar SELECT, answers.
    ///
    /// # Panics
    /// When the query fails, answers nothing or NULL.
    pub async fn sql_i64(&self, query: &str) -> i64 {
        // The cast makes counts, sums and booleans alike on both databases.
        let number = AssertSqlSafe(format!("SELECT CAST(({query}) AS BIGINT)"));
        let answer: Result<Option<i64>, _> = match self.url() {
            Some(url) => sqlx::query_scalar(number).fetch_one(&mut connect(&url).await).await,
            None => sqlx::query_scalar(number).fetch_one(&mut self.open_file().await).await,
        };
        match answer {
            Ok(Some(number)) => number,
            Ok(None) => panic!("NULL from: {query}"),
            Err(error) => panic!("{error} in: {query}"),
        }
    }

    /// The rows of `query`, a SELECT of one text column.
    ///
    /// # Panics
    /// When the query fails or answers NULL.
    pub async fn sql_texts(&self, query: &str) -> Vec<String> {
        let select = AssertSqlSafe(query.to_owned());
        let answer = match self.url() {
            Some(url) => sqlx::query_scalar(select).fetch_all(&mut connect(&url).await).await,
            None => sqlx::query_scalar(select).fetch_all(&mut self.open_file().await).await,
        };
        answer.unwrap_or_else(|error: sqlx::Error| panic!("{error} in: {query}"))
    }

    /// Runs one statement, or several with semicolons between them.
    ///
    /// # Panics
    /// When one fails.
    pub async fn sql_exec(&self, statements: &str) {
        let raw = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
        let outcome = match self.url() {
            Some(url) => raw.execute(&mut connect(&url).await).await.map(drop),
            None => raw.execute(&mut self.open_file().await).await.map(drop),
        };
        outcome.unwrap_or_else(|error| panic!("{error} in: {statements}"));
    }

    /// Runs `statements` on a connection that stays open, inside whatever transaction they began.
    ///
    /// # Panics
    /// When one fails.
    pub async fn hold(&self, statements: &str) -> Held {
        let mut held = match self.url() {
            Some(url) => Held::Postgres(connect(&url).await),
            None => Held::Sqlite(self.open_file().await),
        };
        held.run(statements).await.unwrap_or_else(|error| panic!("{error} in: {statements}"));
        held
    }

    /// Puts what `statements` make in place of everything that was here, as an operator does who restores a backup.
    /// Nobody else may be connected.
    ///
    /// # Panics
    /// When one fails.
    pub async fn restore(&self, statements: &str) {
        if let Self::Sqlite(directory) = self {
            let file = sqlite_file(directory);
            for name in ["", "-wal", "-shm"] {
                let mut path = file.clone().into_os_string();
                path.push(name);
                // The companions are there only sometimes.
                let _ = std::fs::remove_file(path);
            }
            // The rows come in any order, the write-ahead log as the program keeps it.
            let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true).foreign_keys(false);
            let options = options.journal_mode(SqliteJournalMode::Wal);
            let mut connection = options.connect().await.unwrap_or_else(|error| panic!("{error}: {}", file.display()));
            let done = sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await;
            done.unwrap_or_else(|error| panic!("{error} in the backup"));
            return connection.close().await.expect("a file that can be closed");
        }
        self.sql_exec("drop schema public cascade; create schema public").await;
        self.sql_exec(statements).await;
    }

    async fn open_file(&self) -> SqliteConnection {
        let Self::Sqlite(directory) = self else { unreachable!("only the embedded mode has a file") };
        let file = sqlite_file(directory);
        let options = SqliteConnectOptions::new().filename(&file).busy_timeout(Duration::from_secs(10));
        options.connect().await.unwrap_or_else(|error| panic!("{error}: {}", file.display()))
    }
}

impl PostgresDatabase {
    async fn drop_now(&self) {
        run(&self.admin, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await;
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let (admin, statement) = (self.admin.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        // A drop cannot await, and the runtime of the test may be going down: a thread with a runtime of its own.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(admin.as_str()).await?;
                sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
                connection.close().await
            })
        });
        // While a test fails the cluster may be gone already; the test's own words matter more.
        if !matches!(dropped.join(), Ok(Ok(()))) {
            eprintln!("left behind: database {}", self.name);
        }
    }
}

/// The superuser's URL of the cluster the tests may fill.
fn cluster() -> Url {
    let url = std::env::var("COMANDA_TEST_POSTGRES")
        .expect("COMANDA_TEST_POSTGRES is not set: run scripts/test, which brings a PostgreSQL along");
    Url::parse(&url).expect("COMANDA_TEST_POSTGRES must be a postgres:// URL")
}

fn named(admin: &Url, database: &str) -> Url {
    let mut url = admin.clone();
    url.set_path(database);
    url
}

async fn connect(url: &Url) -> PgConnection {
    PgConnection::connect(url.as_str()).await.unwrap_or_else(|error| panic!("{error}: {}", url.path()))
}

async fn run(admin: &Url, statement: &str) {
    let mut connection = connect(admin).await;
    let outcome = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await;
    outcome.unwrap_or_else(|error| panic!("{error} in: {statement}"));
    // Said plainly, so that the server does not keep a backend of ours in the way of the next statement.
    let _ = connection.close().await;
}

async fn make_template(admin: &Url, binary: &Path, environment: &BTreeMap<String, String>, nth: usize) -> String {
    let name = format!("comanda_template_{}_{nth}", std::process::id());
    run(admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    run(admin, &format!("CREATE DATABASE {name}")).await;
    let mut environment = environment.clone();
    environment.insert("DATABASE_URL".into(), named(admin, &name).into());
    migrate_and_seed(binary, &environment).await;
    // A template in use cannot be copied; without connections not even the autovacuum is in the way.
    run(admin, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
    name
}

/// The files of a migrated and seeded SQLite database: itself and what its log holds beside it.
async fn make_file_template(binary: &Path, environment: &BTreeMap<String, String>) -> Vec<(OsString, Vec<u8>)> {
    let directory = tempfile::tempdir().expect("a writable temporary directory");
    let mut environment = environment.clone();
    environment.insert("COMANDA_DATA_DIR".into(), directory.path().display().to_string());
    migrate_and_seed(binary, &environment).await;
    let database = sqlite_file(directory.path());
    let mut log = database.clone().into_os_string();
    log.push("-wal");
    let files = [database, log.into()].into_iter().filter(|path| path.exists());
    files
        .map(|path| {
            let name = path.file_name().expect("a file in the directory").to_owned();
            (name, std::fs::read(path).expect("a file of our own"))
        })
        .collect()
}

async fn migrate_and_seed(binary: &Path, environment: &BTreeMap<String, String>) {
    for step in ["migrate", "seed"] {
        let output = tokio::process::Command::new(binary)
            .arg(step)
            .env_clear()
            .envs(inherited())
            .envs(environment)
            .current_dir(std::env::temp_dir())
            .output()
            .await
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", binary.display()));
        assert!(
            output.status.success(),
            "comanda {step}: {}\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// The SQLite file in the data directory, whatever it is called.
fn sqlite_file(directory: &Path) -> PathBuf {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let entries = std::fs::read_dir(directory).unwrap_or_else(|error| panic!("{error}: {}", directory.display()));
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| {
            use std::io::Read;
            let mut head = [0; 16];
            std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == MAGIC
        })
        .unwrap_or_else(|| panic!("no SQLite file in {}", directory.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn numbers_are_read_from_the_file_whatever_its_name() {
        let directory = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(directory.path().join("any.db")).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql("CREATE TABLE dish (price INTEGER); INSERT INTO dish VALUES (150), (250)")
            .execute(&mut connection)
            .await
            .unwrap();
        let database = Database::Sqlite(directory.path().to_owned());
        database.sql_exec("INSERT INTO dish VALUES (1); DELETE FROM dish WHERE price = 250").await;
        assert_eq!(database.sql_i64("SELECT SUM(price) FROM dish").await, 151);
        assert_eq!(database.sql_i64("SELECT COUNT(*) FROM dish").await, 2);
        assert_eq!(database.sql_texts("SELECT price || '!' FROM dish ORDER BY price").await, ["1!", "150!"]);
    }

    /// Played against the cluster of `scripts/test`; a stand-in for the program does the migrating.
    #[tokio::test]
    async fn every_app_gets_a_database_of_its_own_and_it_goes_away() {
        let admin = cluster();
        let nothing = BTreeMap::new();
        let (one, two) = (
            Database::postgres(Path::new("/bin/true"), &nothing).await,
            Database::postgres(Path::new("/bin/true"), &nothing).await,
        );
        one.sql_exec("CREATE TABLE dish (price BIGINT); INSERT INTO dish VALUES (150), (250)").await;
        assert_eq!(one.sql_i64("SELECT SUM(price) FROM dish").await, 400);
        assert_eq!(two.sql_i64("SELECT COUNT(*) FROM pg_tables WHERE tablename = 'dish'").await, 0);
        let name = one.url().unwrap().path().trim_start_matches('/').to_owned();
        drop(one);
        let mut connection = connect(&admin).await;
        let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM pg_database WHERE datname = $1")
            .bind(name)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(left, 0);
    }
}
