//! One restaurant with one branch: 1 is its admin, 2 its waiter (sector 5), 3 its cook, and 4 works nowhere any more.

use auth::{Authenticator, Diner, TokenKeys};
use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args as _, Command, FromArgMatches};
use domain::{
    BranchId, Clock, ProductId, Role, RoundId, SectorId, SessionId, SystemClock, TableId, TenantId, TicketId, UserId,
    call::CallType,
    event::{Actor, Event, EventSink, EventType, Place, *},
    kitchen::{Station, TicketStatus},
};
use futures_util::{SinkExt, StreamExt};
use runtime::{Args, Bus, Connections, Environment, Settings, Shutdown, config::SocketLimits};
use serde_json::Value;
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use store::{Database, Location};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        protocol::frame::{
            Frame,
            coding::{Data, OpCode},
        },
    },
};
use ws_gateway::GatewayParts;

const CAST: [(i64, Role); 3] = [(1, Role::Admin), (2, Role::Waiter), (3, Role::Kitchen)];
pub(crate) const PER_TABLE: usize = 6;
pub(crate) const UNKNOWN_ORIGIN: &str = "https://elsewhere.example.com";
const PATIENCE: Duration = Duration::from_secs(5);
const NOW: &str = "2026-01-01 00:00:00+00:00";

/// Swallows what is committed, as a dead bus does.
#[derive(Debug)]
struct DeadBus;

impl EventSink for DeadBus {
    fn publish(&self, _events: Vec<Envelope>) {}
}

/// The machine's clock, put forward.
#[derive(Debug, Default)]
struct FastClock(AtomicI64);

impl Clock for FastClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct House {
    pub(crate) shutdown: Shutdown,
    address: SocketAddr,
    authenticator: Arc<Authenticator>,
    tokens: Arc<FastClock>,
    database: Database,
    mute: Database,
    directory: tempfile::TempDir,
}

impl House {
    pub(crate) async fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(directory.path().join("test.db"));
        let bus = Bus::in_process();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let database = Database::connect(&location, 4, clock.clone(), Arc::new(bus.clone())).await.unwrap();
        database.migrate().await.unwrap();
        let mute = Database::connect(&location, 1, clock.clone(), Arc::new(DeadBus)).await.unwrap();
        let tokens = Arc::new(FastClock::default());
        let keys = TokenKeys::new(
            "staff-secret-of-thirty-two-characters".into(),
            "table-secret-of-thirty-two-characters".into(),
        );
        let authenticator = Arc::new(Authenticator::new(keys, Arc::new(database.clone()), tokens.clone()));
        let matches = Args::augment_args(Command::new("test")).get_matches_from(["test"]);
        let mut args = Args::from_arg_matches(&matches).unwrap();
        args.data_dir = directory.path().to_owned();
        let shutdown = Shutdown::new(Duration::from_secs(2));
        let settings = Settings::resolve(args, runtime::config::ProviderFacts::default()).unwrap();
        let parts = GatewayParts {
            database: database.clone(),
            authenticator: authenticator.clone(),
            bus,
            origins: settings.origins,
            limits: SocketLimits { total: 100, per_table: PER_TABLE, per_user: 10 },
            rates: runtime::RateLimits::new(false),
            environment: Environment::Development,
            metrics: None,
            docs: true,
            connections: Connections::of_process(&settings.connections, 5, 100),
            shutdown: shutdown.clone(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(ws_gateway::serve(listener, parts));
        let house = Self { shutdown, address, authenticator, tokens, database, mute, directory };
        house.furnish().await;
        house
    }

    async fn furnish(&self) {
        self.sql(&format!(
            "insert into tenant (id, name, slug, created_at) values (1, 'T', 't', '{NOW}');
             insert into branch (id, tenant_id, name, slug, timezone, created_at) values (1, 1, 'B', 'b', 'UTC', '{NOW}');
             insert into branch_stream (branch_id, tenant_id, epoch) values (1, 1, 'first');
             insert into sector (id, tenant_id, branch_id, name, prefix, created_at) values (5, 1, 1, 'S', 'S', '{NOW}');"
        ))
        .await;
        for user in 1..=4 {
            self.sql(&format!(
                "insert into app_user (id, tenant_id, email, password_hash, created_at) values ({user}, 1, 'u{user}@x.y', '', '{NOW}')"
            ))
            .await;
        }
        for (user, role) in CAST {
            let role = role.as_str();
            self.sql(&format!(
                "insert into user_branch_role (tenant_id, user_id, branch_id, role) values (1, {user}, 1, '{role}')"
            ))
            .await;
        }
        self.sql(&format!(
            "insert into waiter_sector_assignment (tenant_id, branch_id, sector_id, waiter_id, created_at) values (1, 1, 5, 2, '{NOW}')"
        ))
        .await;
    }

    /// Changes the database behind everybody's back.
    pub(crate) async fn sql(&self, sql: &str) {
        let options = SqliteConnectOptions::new().filename(self.directory.path().join("test.db"));
        let mut connection: SqliteConnection = options.busy_timeout(PATIENCE).connect().await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(sql.to_owned())).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Lets time pass for tokens.
    pub(crate) fn minutes_pass(&self, minutes: i64) {
        self.tokens.0.fetch_add(minutes * 60, Ordering::SeqCst);
    }

    pub(crate) async fn emit(&self, kind: EventType, session: i64) {
        emit(&self.database, what(kind), 1, session).await;
    }

    /// Opens a branch, as the office does: the first branch's stream tells of it.
    pub(crate) async fn open_branch(&self, id: i64) {
        self.sql(&format!(
            "insert into branch (id, tenant_id, name, slug, timezone, created_at) values ({id}, 1, 'C', 'c', 'UTC', '{NOW}');
             insert into branch_stream (branch_id, tenant_id, epoch) values ({id}, 1, 'first');"
        ))
        .await;
        let branch = EntityRef { entity_type: "branch", entity_id: id, entity_name: None };
        emit(&self.database, Event::EntityCreated(branch), 1, 0).await;
    }

    pub(crate) async fn emit_in(&self, branch: i64, kind: EventType) {
        emit(&self.database, what(kind), branch, 0).await;
    }

    /// Commits an event that the bus loses.
    pub(crate) async fn emit_unpublished(&self, kind: EventType, session: i64) {
        emit(&self.mute, what(kind), 1, session).await;
    }

    pub(crate) async fn emit_office(&self, entity_type: &'static str, entity_id: i64) {
        emit(&self.database, Event::EntityUpdated(EntityRef { entity_type, entity_id, entity_name: None }), 1, 0).await;
    }

    pub(crate) fn token(&self, user: i64) -> String {
        let subject = auth::AccessSubject {
            user_id: UserId(user),
            tenant_id: TenantId(1),
            email: format!("u{user}@x.y"),
            branch_ids: vec![],
            roles: vec![],
            token_version: 1,
        };
        self.authenticator.keys().mint_access(&subject, self.tokens.now())
    }

    pub(crate) fn refresh_token(&self, user: i64) -> String {
        self.authenticator.keys().mint_refresh(
            UserId(user),
            TenantId(1),
            (uuid::Uuid::nil(), "family"),
            self.tokens.now(),
        )
    }

    pub(crate) fn table_token(&self, session: i64) -> String {
        let diner = Diner::for_session(TenantId(1), BranchId(1), TableId(1), SessionId(session));
        self.authenticator.keys().mint_table(&diner, self.tokens.now())
    }

    pub(crate) async fn staff(&self, path: &str, user: i64, more: &str) -> Client {
        Client::connect(self, &format!("{path}?token={}{more}", self.token(user)), None).await
    }

    pub(crate) async fn diner(&self, session: i64, more: &str) -> Client {
        Client::connect(self, &format!("/ws/diner?table_token={}{more}", self.table_token(session)), None).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        let mut connection = TcpStream::connect(self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(PATIENCE, connection.read_to_string(&mut answer)).await.unwrap().unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
    }

    /// Waits for the count of sockets to become that, and tells what it is.
    pub(crate) async fn settled_connections(&self, expected: i64) -> i64 {
        for _ in 0..50 {
            if self.get("/ws/health").await.1["total_connections"] == expected {
                return expected;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.get("/ws/health").await.1["total_connections"].as_i64().unwrap()
    }
}

async fn emit(database: &Database, event: Event, branch: i64, session: i64) {
    let session_id = (session != 0).then_some(SessionId(session));
    let place = Place {
        session_id,
        sector_id: session_id.map(|_| SectorId(5)),
        ..Place::branch(TenantId(1), BranchId(branch))
    };
    database
        .transaction("test.emit", |work| {
            let event = event.clone();
            async move {
                work.emit(place, Actor::DINER, event);
                Ok::<_, store::Error>(())
            }
        })
        .await
        .unwrap();
}

fn what(kind: EventType) -> Event {
    let round = RoundRef { round_id: RoundId(1), round_number: 1 };
    match kind {
        EventType::RoundReady => Event::RoundReady(round),
        EventType::RoundConfirmed => Event::RoundConfirmed(round),
        EventType::CartCleared => Event::CartCleared(CartCleared { cleared: true }),
        EventType::ServiceCallCreated => {
            Event::ServiceCallCreated(CallRef { call_id: domain::CallId(1), call_type: CallType::WaiterCall })
        }
        EventType::TicketReady => Event::TicketReady(TicketRef {
            ticket_id: TicketId(1),
            round_id: RoundId(1),
            station: Station::Bar.into(),
            status: TicketStatus::Ready,
        }),
        EventType::ProductAvailabilityChanged => {
            Event::ProductAvailabilityChanged(ProductAvailability { product_id: ProductId(101), is_available: false })
        }
        other => panic!("the tests do not emit {}", other.as_str()),
    }
}

pub(crate) struct Client(WebSocketStream<TcpStream>);

impl Client {
    pub(crate) async fn connect(house: &House, path: &str, origin: Option<&str>) -> Self {
        let mut request = format!("ws://{}{path}", house.address).into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let connection = TcpStream::connect(house.address).await.unwrap();
        Self(tokio_tungstenite::client_async(request, connection).await.unwrap().0)
    }

    pub(crate) async fn say(&mut self, text: &str) {
        // A refused client may find the connection closed already.
        let _ = self.0.send(Message::text(text)).await;
    }

    pub(crate) async fn say_bytes(&mut self, bytes: &[u8]) {
        self.0.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    /// Sends one text message, whatever its bytes, a frame for each piece.
    pub(crate) async fn say_text(&mut self, pieces: &[&[u8]]) {
        for (at, piece) in pieces.iter().enumerate() {
            let opcode = OpCode::Data(if at == 0 { Data::Text } else { Data::Continue });
            let frame = Frame::message(piece.to_vec(), opcode, at + 1 == pieces.len());
            // The gateway may have hung up at the piece before.
            let _ = self.0.send(Message::Frame(frame)).await;
        }
    }

    /// Waits for a WebSocket ping of the gateway's.
    pub(crate) async fn pinged(&mut self, patience: Duration) {
        let came = timeout(patience, async {
            while let Some(message) = self.0.next().await {
                if matches!(message, Ok(Message::Ping(_))) {
                    return;
                }
            }
            panic!("hung up before a ping");
        });
        came.await.expect("a ping in time");
    }

    pub(crate) async fn close(&mut self) {
        self.0.close(None).await.unwrap();
        while let Some(Ok(_)) = timeout(PATIENCE, self.0.next()).await.unwrap() {}
    }

    pub(crate) async fn text(&mut self) -> String {
        match timeout(PATIENCE, self.0.next()).await.expect("a message in time").unwrap().unwrap() {
            Message::Text(text) => text.to_string(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn json(&mut self) -> Value {
        serde_json::from_str(&self.text().await).unwrap()
    }

    /// The numbers of the next events.
    pub(crate) async fn numbers(&mut self, count: usize) -> Vec<i64> {
        let mut numbers = Vec::new();
        for _ in 0..count {
            numbers.push(self.json().await["seq"].as_i64().unwrap());
        }
        numbers
    }

    /// The close code, whatever comes before it.
    pub(crate) async fn farewell(&mut self) -> u16 {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("a goodbye in time") {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("no close frame but {other:?}"),
            }
        }
    }
}
