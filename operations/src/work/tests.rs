//! A worker among pieces that fail, panic and hang.

use super::*;
use domain::{
    Clock, Currency,
    event::{Envelope, EventSink},
    payment::{Provider, ResourceKind, SignatureMode, SyncCause},
    work::WorkStatus,
};
use std::sync::Mutex;
use store::{AccountRow, Location, NewAccount, SYNCS};
use tokio::sync::Semaphore;

#[derive(Debug)]
struct Hand(Mutex<DateTime<Utc>>);

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

#[derive(Debug)]
struct Nowhere;

impl EventSink for Nowhere {
    fn publish(&self, _events: Vec<Envelope>) {}
}

/// Does what the piece's subject says.
struct Scripted {
    hanging: Arc<Semaphore>,
}

#[async_trait::async_trait]
impl Work for Scripted {
    fn queue(&self) -> &'static Queue {
        &SYNCS
    }

    fn lease(&self) -> TimeDelta {
        TimeDelta::seconds(30)
    }

    fn pause(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn carry_out(&self, db: &Database, piece: &Piece) -> Result<()> {
        match piece.subject.split('.').next() {
            Some("panics") => panic!("a bug"),
            Some("fails") => return Err(Error::Internal("a broken row")),
            Some("hangs") => drop(self.hanging.acquire().await),
            _ => {}
        }
        keyless(db, "test.done", Twice::GoodOnce, |uow| async move {
            Ok::<(), Error>(uow.finish_work(piece, WorkOutcome::Done).await?)
        })
        .await
    }
}

struct House {
    db: Database,
    clock: Arc<Hand>,
    accounts: Vec<AccountRow>,
    hanging: Arc<Semaphore>,
    _folder: tempfile::TempDir,
}

impl House {
    async fn of(accounts: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hand(Mutex::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap())));
        let location = Location::Sqlite(folder.path().join("work.db"));
        let db = Database::connect(&location, 4, clock.clone(), Arc::new(Nowhere)).await.unwrap();
        db.migrate().await.unwrap();
        let accounts = keyless(&db, "test.accounts", Twice::MeansAnother, |uow| async move {
            let mut rows = Vec::new();
            for number in 0..accounts {
                let slug = format!("t{number}");
                let new = NewAccount {
                    tenant: uow.insert_tenant(&slug, &slug, None, "#000000").await?,
                    branch: None,
                    provider: Provider::literal("PAYU"),
                    external_id: None,
                    currency: Currency::Ars,
                    webhook_token: slug,
                    webhook_mode: SignatureMode::Strict,
                    token_expires_at: None,
                };
                rows.push(AccountRow::clone(&*uow.insert_account(new).await?));
            }
            Ok::<_, Error>(rows)
        });
        let accounts = accounts.await.unwrap();
        Self { db, clock, accounts, hanging: Arc::new(Semaphore::new(0)), _folder: folder }
    }

    fn worker(&self) -> Worker<Scripted> {
        Worker::new(Scripted { hanging: Arc::clone(&self.hanging) })
    }

    async fn ask(&self, account: usize, what: &str, cause: SyncCause) {
        let account = &self.accounts[account];
        keyless(&self.db, "test.ask", Twice::FindsTheFirst, |uow| async move {
            Ok::<(), Error>(uow.enqueue_sync(account, ResourceKind::Payment, what, cause).await?)
        })
        .await
        .unwrap();
    }

    async fn stands(&self, account: usize, what: &str) -> (WorkStatus, i32) {
        let row = self.db.sync_of(&self.accounts[account], ResourceKind::Payment, what).await.unwrap().unwrap();
        (row.status, row.attempts)
    }

    /// Takes as long as anything good is left, and never waits for what hangs.
    async fn work_until_done(&self, worker: &mut Worker<Scripted>, account: usize, what: &str) {
        for _ in 0..2_000 {
            worker.take(&self.db).await.unwrap();
            if self.stands(account, what).await.0 == WorkStatus::Done {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("{what} of account {account} waits for others");
    }
}

#[tokio::test]
async fn a_bad_piece_keeps_no_other_waiting_and_ends_with_a_person() {
    let house = House::of(1).await;
    for what in ["panics", "fails", "good.1", "good.2", "good.3"] {
        house.ask(0, what, SyncCause::Webhook).await;
    }
    let mut worker = house.worker();
    for what in ["good.1", "good.2", "good.3"] {
        house.work_until_done(&mut worker, 0, what).await;
    }
    worker.finish().await;
    for what in ["panics", "fails"] {
        assert_eq!(house.stands(0, what).await, (WorkStatus::Queued, 1), "{what}");
    }
    for _ in 0..5 {
        *house.clock.0.lock().unwrap() += TimeDelta::hours(1);
        assert_eq!(worker.take(&house.db).await.unwrap(), 2);
        worker.finish().await;
    }
    for (what, why) in [("panics", "panicked"), ("fails", "a broken row")] {
        let row = house.db.sync_of(&house.accounts[0], ResourceKind::Payment, what).await.unwrap().unwrap();
        assert_eq!((row.status, row.attempts), (WorkStatus::Dead, 6), "{what}");
        assert!(row.last_error.as_ref().is_some_and(|error| error.contains(why)), "{row:?}");
    }
}

/// Thirty accounts hang, each with more than it has places; whoever comes last is done at once.
#[tokio::test]
async fn accounts_that_hang_leave_room_for_the_others() {
    let house = House::of(32).await;
    let mut worker = house.worker();
    for account in 0..30 {
        for number in 0..6 {
            house.ask(account, &format!("hangs.{number}"), SyncCause::Webhook).await;
        }
        worker.take(&house.db).await.unwrap();
    }
    while worker.take(&house.db).await.unwrap() > 0 {}
    for account in [30, 31] {
        for number in 0..20 {
            house.ask(account, &format!("good.{number}"), SyncCause::Webhook).await;
        }
    }
    for number in 0..20 {
        house.work_until_done(&mut worker, 30, &format!("good.{number}")).await;
        house.work_until_done(&mut worker, 31, &format!("good.{number}")).await;
    }
    let hanging = house.db.queue_reports().await.unwrap()[0].running;
    assert!((30..=64).contains(&hanging), "{hanging} hang");
    house.hanging.add_permits(1_000);
    for account in 0..30 {
        for number in 0..6 {
            house.work_until_done(&mut worker, account, &format!("hangs.{number}")).await;
        }
    }
    worker.finish().await;
}

/// What strangers ask for may hang in every account, and the provider's word finds its place.
#[tokio::test]
async fn what_is_less_urgent_leaves_places_to_what_is_more() {
    let house = House::of(64).await;
    let mut worker = house.worker();
    for account in 0..64 {
        for number in 0..3 {
            house.ask(account, &format!("hangs.{number}"), SyncCause::Return).await;
        }
    }
    while worker.take(&house.db).await.unwrap() > 0 {}
    assert_eq!(house.db.queue_reports().await.unwrap()[0].running, 48);
    for account in 0..64 {
        house.ask(account, "good", SyncCause::Webhook).await;
    }
    for account in 0..64 {
        house.work_until_done(&mut worker, account, "good").await;
    }
    house.hanging.add_permits(1_000);
    worker.finish().await;
}
