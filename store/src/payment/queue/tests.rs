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
    enqueue_for(db, account, SyncCause::Webhook).await;
}

async fn enqueue_for(db: &Database, account: &AccountRow, cause: SyncCause) {
    let enqueued = db.transaction("test.enqueue", |uow| async move {
        uow.enqueue_sync(account, ResourceKind::Payment, "146000000001", cause).await
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

/// What is merely claimed and unknown to the provider is dropped in the end; what the provider told us of must not become
/// that because a browser or a stranger asks for it too (S26).
#[tokio::test]
async fn a_claim_does_not_weaken_the_providers_word() {
    let (db, _clock, account, _folder) = queue().await;
    enqueue_for(&db, &account, SyncCause::Hint).await;
    enqueue_for(&db, &account, SyncCause::Return).await;
    enqueue_for(&db, &account, SyncCause::Webhook).await;
    for claim in [SyncCause::Return, SyncCause::Hint] {
        enqueue_for(&db, &account, claim).await;
    }
    let job = lease(&db).await.remove(0);
    assert_eq!(job.cause, SyncCause::Webhook);
    enqueue_for(&db, &account, SyncCause::Return).await;
    assert!(finish(&db, &job).await);
    let job = lease(&db).await.remove(0);
    assert_eq!(job.cause, SyncCause::Webhook);
    assert!(finish(&db, &job).await);
    // A new reason for something that is done is what it is.
    enqueue_for(&db, &account, SyncCause::Return).await;
    assert_eq!(lease(&db).await.remove(0).cause, SyncCause::Return);
}
