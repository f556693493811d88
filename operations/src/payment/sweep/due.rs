//! What is due is put into the queue, and no provider is asked.
//!
//! One thing that cannot be queued keeps no other waiting: the sweep goes on, and fails at its end.

use super::{super::renew::IN_TIME, accounts::is_list_due};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use chrono::TimeDelta;
use domain::payment::{ResourceKind, SyncCause};
use store::{AccountRow, Database, Errand, PaymentRow};

/// A payment that counts is asked about at least so often: some changes are never notified.
const STALE: TimeDelta = TimeDelta::hours(24);
/// Until so long after it was made: refunds and disputes are over by then.
const WATCHED: TimeDelta = TimeDelta::days(180);
/// How many of a kind in one transaction, or one list.
const BATCH: i64 = 100;
/// Lists in a row at most.
const BATCHES: usize = 50;
/// Who takes a checkout and does not come back is replaced after this.
const TAKEN: TimeDelta = TimeDelta::minutes(2);

/// Queues what is due, and says how much that was.
///
/// # Errors
/// The database failed.
pub async fn sweep(db: &Database) -> Result<usize> {
    let parts = [checkouts(db).await, accounts(db).await, expiring(db).await, stale(db).await];
    parts.into_iter().sum()
}

async fn checkouts(db: &Database) -> Result<usize> {
    let mut queued = 0;
    for _ in 0..BATCHES {
        let again = db.clock().now() + TAKEN;
        let taken = keyless(db, "payment.sweep_take", Twice::FindsTheFirst, |uow| async move {
            Ok::<_, Error>(uow.enqueue_due_checkouts(BATCH, again).await?)
        })
        .await?;
        queued += taken;
        if i64::try_from(taken).is_ok_and(|taken| taken < BATCH) {
            break;
        }
    }
    Ok(queued)
}

async fn accounts(db: &Database) -> Result<usize> {
    let (now, mut queued) = (db.clock().now(), Queued::default());
    for account in db.active_accounts().await? {
        if is_list_due(&account, now) {
            queued.note(ask(db, &account, &Errand::List).await);
        }
        if account.token_expires_at.is_some_and(|ends| ends < now + IN_TIME) {
            queued.note(ask(db, &account, &Errand::Renew).await);
        }
    }
    queued.done()
}

async fn expiring(db: &Database) -> Result<usize> {
    let mut queued = Queued::default();
    for checkout in db.checkouts_to_expire(db.clock().now(), BATCH).await? {
        let (tenant, account, errand) = (checkout.tenant_id, checkout.account_id, &Errand::Expire(checkout.id));
        let asked = keyless(db, "payment.sweep_ask", Twice::FindsTheFirst, |uow| async move {
            Ok::<_, Error>(uow.enqueue_errand(tenant, account, errand).await?)
        });
        queued.note(asked.await);
    }
    queued.done()
}

/// A forced sweep lists the accounts' changes of days; asking about every payment of half a year is another thing.
pub(super) async fn stale(db: &Database) -> Result<usize> {
    let (now, mut queued) = (db.clock().now(), Queued::default());
    for payment in db.stale_payments(now - STALE, now - WATCHED, BATCH).await? {
        queued.note(look_at(db, &payment).await);
    }
    queued.done()
}

async fn look_at(db: &Database, payment: &PaymentRow) -> Result<()> {
    let (Some(account), Some(number)) = (payment.account_id, &payment.provider_payment_id) else { return Ok(()) };
    let account = &db.account(account).await?;
    keyless(db, "payment.sweep_stale", Twice::FindsTheFirst, |uow| async move {
        Ok::<(), Error>(uow.enqueue_sync(account, ResourceKind::Payment, number, SyncCause::Sweep).await?)
    })
    .await
}

/// Has an errand of the account's done.
pub(in crate::payment) async fn ask(db: &Database, account: &AccountRow, errand: &Errand) -> Result<()> {
    keyless(db, "payment.sweep_ask", Twice::FindsTheFirst, |uow| async move {
        Ok::<_, Error>(uow.enqueue_errand(account.tenant_id, account.id, errand).await?)
    })
    .await
}

/// What several rows came to: the rest is tried after one that failed.
#[derive(Debug, Default)]
pub(in crate::payment) struct Queued {
    rows: usize,
    error: Option<Error>,
}

impl Queued {
    pub(in crate::payment) fn note(&mut self, result: Result<()>) {
        match result {
            Ok(()) => self.rows += 1,
            Err(error) => self.error = Some(error),
        }
    }

    pub(in crate::payment) fn done(self) -> Result<usize> {
        self.error.map_or(Ok(self.rows), Err)
    }
}
