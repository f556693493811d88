//! A lease that ended belongs to nobody: what its worker still writes does not stay.

use super::*;
use crate::{Database, Error, Location, NewAccount};
use chrono::{DateTime, Utc};
use domain::{
    Clock, Currency,
    event::{Envelope, EventSink},
    payment::{Provider, SignatureMode},
};
use std::sync::{Arc, Mutex};

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

const LEASE: TimeDelta = TimeDelta::seconds(30);

async fn enqueue(db: &Database, account: &AccountRow) {
    let enqueued = db.transaction("test.enqueue", |uow| async move {
        uow.enqueue_sync(account, ResourceKind::Payment, "146000000001", SyncCause::Webhook).await
    });
    enqueued.await.unwrap();
}

async fn lease(db: &Database) -> Vec<SyncRow> {
    db.transaction("test.lease", |uow| async move { uow.lease_syncs(16, LEASE).await }).await.unwrap()
}

async fn finish(db: &Database, job: &SyncRow) -> bool {
    db.transaction("test.finish", |uow| async move { uow.finish_sync(job).await }).await.unwrap()
}

async fn queue() -> (Database, Arc<Hand>, AccountRow, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Hand(Mutex::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap())));
    let location = Location::Sqlite(folder.path().join("queue.db"));
    let db = Database::connect(&location, 2, clock.clone(), Arc::new(Nowhere)).await.unwrap();
    db.migrate().await.unwrap();
    let account = db
        .transaction("test.account", |uow| async move {
            let tenant = uow.insert_tenant("Uno", "uno", None, "#000000").await?;
            let new = NewAccount {
                tenant,
                branch: None,
                provider: Provider::MercadoPago,
                external_id: None,
                currency: Currency::Ars,
                webhook_token: "t".to_owned(),
                webhook_mode: SignatureMode::Strict,
                token_expires_at: None,
            };
            Ok::<_, Error>(AccountRow::clone(&*uow.insert_account(new).await?))
        })
        .await
        .unwrap();
    (db, clock, account, folder)
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_finishes_nothing() {
    let (db, clock, account, _folder) = queue().await;
    enqueue(&db, &account).await;
    let slow = lease(&db).await.remove(0);
    assert!(lease(&db).await.is_empty(), "leased twice at once");
    *clock.0.lock().unwrap() += LEASE + TimeDelta::seconds(1);
    let quick = lease(&db).await.remove(0);
    assert!(!finish(&db, &slow).await, "the first lease is over");
    assert!(finish(&db, &quick).await);
    assert!(!finish(&db, &quick).await, "done is done");
}

#[tokio::test]
async fn a_reason_that_comes_meanwhile_is_not_lost() {
    let (db, _clock, account, _folder) = queue().await;
    for _ in 0..3 {
        enqueue(&db, &account).await;
    }
    let job = lease(&db).await.remove(0);
    enqueue(&db, &account).await;
    assert!(finish(&db, &job).await);
    let again = lease(&db).await;
    assert_eq!(again.len(), 1, "it is done once more");
    assert!(finish(&db, &again[0]).await);
    assert!(lease(&db).await.is_empty());
}
