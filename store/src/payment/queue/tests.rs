//! A lease that ended belongs to nobody: what its worker still writes does not stay.

use super::*;
use crate::{Database, Error, Facts, Location, NewAccount, RefundStep, Sealed, Worth};
use chrono::{DateTime, Utc};
use domain::{
    Cents, Clock, Currency,
    event::{Envelope, EventSink},
    payment::{AccountStatus, PaymentStatus, Provider, RefundKind, RefundStatus, SignatureMode},
};
use sea_orm::ConnectionTrait;
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
                provider: Provider::literal("PAYU"),
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

/// What is merely claimed and unknown to the provider is dropped in the end; what the provider told us of must not
/// become that because a browser or a stranger asks for it too (S26).
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

/// A worker that met a refusal with the former credentials says nothing of those that came meanwhile (S27).
#[tokio::test]
async fn a_refusal_judges_the_credentials_it_met() {
    let (db, _clock, former, _folder) = queue().await;
    let (account, sealed) = (&former, &Sealed { text: "new".to_owned(), external_id: None, token_expires_at: None });
    let refused = db.transaction("test.refused", |uow| async move {
        let locked = uow.lock_payment_account(account.id).await?;
        uow.set_credentials(&locked, sealed).await?;
        let by_the_former = uow.set_account_status(account, AccountStatus::Broken).await?;
        let now = uow.account_now(account.id).await?;
        let twice = [
            uow.set_account_status(&now, AccountStatus::Broken).await?,
            uow.set_account_status(&now, AccountStatus::Broken).await?,
        ];
        Ok::<_, Error>((by_the_former, now.status, twice))
    });
    assert_eq!(refused.await.unwrap(), (false, AccountStatus::Active, [true, false]));
}

/// Two refunds of one payment at once could not be told apart in the provider's list, so they go in turn (S11).
#[tokio::test]
async fn refunds_of_one_payment_go_in_turn() {
    let (db, clock, account, _folder) = queue().await;
    let branch = "insert into branch (tenant_id, name, slug, timezone, round_confirmation, is_active, created_at)
        select id, 'Uno', 'uno', 'UTC', 'none', true, '2026-01-01 00:00:00+00:00' from tenant";
    db.reader().execute_unprepared(branch).await.unwrap();
    let account = &account;
    let made = db.transaction("test.refunds", |uow| async move {
        let facts = Facts {
            provider_payment_id: "1".to_owned(),
            detail: String::new(),
            currency: "ARS".to_owned(),
            method: None,
            updated_at: uow.now(),
            approved_at: None,
            snapshot: String::new(),
        };
        let (amount, nothing) = (Cents::new(1_000)?, Cents::ZERO);
        let worth = Worth { status: PaymentStatus::Approved, amount, refunded: nothing, net: amount, tip: nothing };
        let payment = uow.insert_provided_payment(account, None, &facts, worth).await?;
        let mut made = Vec::new();
        for _ in 0..2 {
            let kind = RefundKind::Request;
            made.push(uow.insert_refund(&payment, kind, RefundStatus::Queued, Cents::new(300)?, "", None).await?.id);
        }
        Ok::<_, Error>(made)
    });
    let made = made.await.unwrap();
    let lease = async || {
        let leased = db.transaction("test.lease", |uow| async move { uow.lease_refunds(8, LEASE).await });
        leased.await.unwrap()
    };
    let first = lease().await;
    assert_eq!(first.iter().map(|refund| refund.id).collect::<Vec<_>>(), made[..1]);
    assert!(lease().await.is_empty(), "the second waits for the first");
    let step = &RefundStep {
        status: RefundStatus::Done,
        provider_refund_id: Some("r".to_owned()),
        attempts: 0,
        next_at: clock.now(),
        error: None,
    };
    let (done, first) = (&db, &first[0]);
    let stepped = done.transaction("test.step", |uow| async move { uow.step_refund(first, step).await });
    assert!(stepped.await.unwrap());
    assert_eq!(lease().await.iter().map(|refund| refund.id).collect::<Vec<_>>(), made[1..]);
}
