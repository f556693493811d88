//! A restaurant to try operations on: the demo's, copied from a template that is made once, with principals minted for
//! whoever works there and the events of each commit at hand.

use auth::{AccessSubject, Authenticator, Diner, RoleSet, Staff, TokenKeys};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Clock, ProductId, RoundId, TableId,
    event::{Envelope, EventSink},
    menu::Choices,
    round::RoundStatus,
    text::Quantity,
};
use operations::{
    Answer, Attempt,
    round::{self, Order, OrderLine},
    session::{self, Joiner, Scanned},
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{Database, Location};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Saturday evening, UTC.
const BEGINNING: i64 = 1_795_896_000;

/// Stands still until it is told to go on.
#[derive(Debug)]
struct StillClock(Mutex<DateTime<Utc>>);

impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// Keeps what was told.
#[derive(Debug, Default)]
struct Heard(Mutex<Vec<Envelope>>);

impl EventSink for Heard {
    fn publish(&self, events: Vec<Envelope>) {
        self.0.lock().unwrap().extend(events);
    }
}

/// The restaurant.
pub(crate) struct House {
    pub(crate) db: Database,
    authenticator: Authenticator,
    keys: TokenKeys,
    clock: Arc<StillClock>,
    heard: Arc<Heard>,
    _folder: TempDir,
}

async fn open(path: PathBuf, clock: Arc<StillClock>, heard: Arc<Heard>) -> Database {
    Database::connect(&Location::Sqlite(path), 2, clock, heard).await.unwrap()
}

/// The file with schema and demo, closed, and where it lies.
async fn template() -> &'static (TempDir, PathBuf) {
    static TEMPLATE: OnceCell<(TempDir, PathBuf)> = OnceCell::const_new();
    let make = || async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.db");
        let (clock, heard) = (Arc::new(StillClock(Mutex::new(beginning()))), Arc::default());
        let db = open(path.clone(), clock, heard).await;
        db.migrate().await.unwrap();
        operations::demo::seed(&db, &operations::demo::DishPictures::new()).await.unwrap();
        drop(db);
        // The last connection takes it along, on a thread of its own.
        while beside(&path).exists() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        (folder, path)
    };
    TEMPLATE.get_or_init(make).await
}

/// A database with the schema and nothing else.
pub(crate) async fn bare(path: &Path) -> Database {
    let db = open(path.to_owned(), Arc::new(StillClock(Mutex::new(beginning()))), Arc::default()).await;
    db.migrate().await.unwrap();
    db
}

/// What of a database is not in its file yet.
fn beside(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", path.display()))
}

fn beginning() -> DateTime<Utc> {
    DateTime::from_timestamp(BEGINNING, 0).unwrap()
}

impl House {
    /// A house of this test's own.
    pub(crate) async fn open() -> Self {
        let (_, template) = template().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("house.db");
        std::fs::copy(template, &path).unwrap();
        let clock = Arc::new(StillClock(Mutex::new(beginning())));
        let heard: Arc<Heard> = Arc::default();
        let db = open(path, clock.clone(), heard.clone()).await;
        let secret = |of: &str| format!("{of}-secret-of-thirty-two-characters").into();
        let keys = TokenKeys::new(secret("staff"), secret("table"));
        let authenticator = Authenticator::new(keys.clone(), Arc::new(db.clone()), clock.clone());
        Self { db, authenticator, keys, clock, heard, _folder: folder }
    }

    /// The member of staff who signs in by that name before the `@`.
    pub(crate) async fn staff<R: RoleSet>(&self, login: &str) -> Staff<R> {
        let known =
            self.db.find_password(&format!("{login}@demo.com").try_into().unwrap()).await.unwrap().expect("works here");
        let subject = AccessSubject {
            user_id: known.id,
            tenant_id: domain::TenantId(1),
            email: format!("{login}@demo.com"),
            branch_ids: Vec::new(),
            roles: Vec::new(),
            token_version: 0,
        };
        let record = auth::Directory::find_staff(&self.db, known.id).await.unwrap().expect("works here");
        let subject = AccessSubject { token_version: record.token_version, tenant_id: record.tenant_id, ..subject };
        let token = self.keys.mint_access(&subject, self.clock.now());
        self.authenticator.staff(&token).await.unwrap_or_else(|_| panic!("{login} has no such role"))
    }

    /// A phone that scans the table's code.
    pub(crate) async fn scan(&self, code: &str) -> Diner {
        let scanned = Scanned::Code { code: code.to_owned(), branch_slug: None };
        session::open(&self.db, &scanned, &Joiner::default()).await.unwrap().diner
    }

    /// The table of that code.
    pub(crate) async fn table(&self, code: &str) -> TableId {
        self.scan(code).await.table_id()
    }

    /// The product of that name.
    pub(crate) async fn product(&self, name: &str) -> ProductId {
        let manager = self.staff::<auth::Management>("manager").await;
        let rows = self.db.menu_rows(&manager).await.unwrap();
        rows.products.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no {name} on the menu")).id
    }

    /// So many of a product as an order.
    pub(crate) async fn order(&self, lines: &[(&str, i64)]) -> Order {
        let mut order = Order { lines: Vec::new(), notes: None, expected_total: None };
        for (name, qty) in lines {
            order.lines.push(OrderLine {
                product_id: self.product(name).await,
                choices: Choices::default(),
                qty: Quantity::try_from(*qty).unwrap(),
                notes: None,
                diner_id: None,
                seat: None,
            });
        }
        order
    }

    /// Sends a round and returns its number in the database.
    pub(crate) async fn send(&self, diner: &Diner, lines: &[(&str, i64)]) -> RoundId {
        let order = self.order(lines).await;
        let sent = round::submit(&self.db, diner, &order, &Attempt::default()).await.unwrap();
        RoundId(number(&sent, "round_id"))
    }

    /// The state of the party's rounds, in the order they were sent.
    pub(crate) async fn rounds(&self, diner: &Diner) -> Vec<RoundStatus> {
        let mut rounds = self.db.rounds_of_visit(diner, diner.session_id()).await.unwrap();
        rounds.sort_by_key(|round| round.round_number);
        rounds.iter().map(|round| round.status).collect()
    }

    /// What the party's check comes to, and what of it is paid, in cents.
    pub(crate) async fn check(&self, diner: &Diner) -> Option<(i64, i64)> {
        let check = self.db.check_of_visit(diner).await.unwrap();
        check.map(|check| (check.total_cents.get(), check.paid_cents.get()))
    }

    /// The types of the events since the last look.
    pub(crate) fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.heard.0.lock().unwrap()).iter().map(|event| event.kind.as_str().to_owned()).collect()
    }

    /// Time passes.
    pub(crate) fn wait(&self, time: TimeDelta) {
        *self.clock.0.lock().unwrap() += time;
    }
}

/// A delivery with a key; the fingerprint is that of a request with this text.
pub(crate) fn keyed(key: &str, request: &str) -> Attempt {
    Attempt { key: Some(key.to_owned()), fingerprint: request.to_owned(), ..Attempt::default() }
}

/// The answer's body.
pub(crate) fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// A number of the answer's body.
pub(crate) fn number(answer: &Answer, field: &str) -> i64 {
    body(answer)[field].as_i64().unwrap_or_else(|| panic!("no number {field}"))
}
