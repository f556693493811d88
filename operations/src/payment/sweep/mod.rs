//! What no notice told us is looked for (S28): payments of our checkouts, refunds and payments made elsewhere on our
//! accounts, payments that count and were not asked about for long. It only finds; what it finds goes into the queue.
//!
//! A sweep may run anywhere, twice, or be killed: it enqueues, and enqueueing twice is enqueueing once.

mod accounts;
mod checkouts;
mod found;

use super::{providers::Providers, renew::renew_due};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use chrono::TimeDelta;
use domain::payment::{ResourceKind, SyncCause};
use found::Look;
pub(super) use found::{is_news, list};
use serde::Serialize;
use store::Database;

/// A payment that counts is asked about at least so often: some changes are never notified.
const STALE: TimeDelta = TimeDelta::hours(24);
/// Until so long after it was made: refunds and disputes are over by then.
const WATCHED: TimeDelta = TimeDelta::days(180);
/// How many of those in one round.
const STALE_AT_ONCE: i64 = 100;

/// What a sweep came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Checkouts looked for.
    pub checkouts: usize,
    /// Of those, found at the provider though its answer was lost.
    pub adopted: usize,
    /// Checkouts closed to further payments.
    pub expired: usize,
    /// Accounts whose changes were listed.
    pub accounts: usize,
    /// Payments asked about because that is long ago.
    pub stale: usize,
    /// Looks put into the queue.
    pub enqueued: usize,
    /// Calls that failed; the next sweep makes them again.
    pub failed: usize,
}

/// Looks for what is due.
///
/// # Errors
/// The database failed.
pub async fn sweep(db: &Database, providers: &Providers) -> Result<Swept> {
    run(db, providers, false).await
}

/// Looks for everything that could still change, due or not.
///
/// # Errors
/// The database failed.
pub async fn sweep_all(db: &Database, providers: &Providers) -> Result<Swept> {
    run(db, providers, true).await
}

async fn run(db: &Database, providers: &Providers, forced: bool) -> Result<Swept> {
    let mut look = Look { db, providers, forced, swept: Swept::default() };
    renew_due(db, providers).await?;
    look.checkouts().await?;
    look.accounts().await?;
    look.stale().await?;
    look.expire().await?;
    if look.swept.enqueued > 0 {
        providers.wake();
    }
    Ok(look.swept)
}

impl Look<'_> {
    async fn stale(&mut self) -> Result<()> {
        let now = self.db.clock().now();
        // A forced sweep lists the accounts' changes of days; asking about every payment of half a year is another
        // thing.
        let payments = self.db.stale_payments(now - STALE, now - WATCHED, STALE_AT_ONCE).await?;
        for payment in &payments {
            let (Some(account), Some(number)) = (payment.account_id, &payment.provider_payment_id) else { continue };
            let account = &self.db.account(account).await?;
            keyless(self.db, "payment.sweep_stale", Twice::FindsTheFirst, |uow| async move {
                uow.enqueue_sync(account, ResourceKind::Payment, number, SyncCause::Sweep).await?;
                Ok::<(), Error>(())
            })
            .await?;
            self.swept.enqueued += 1;
        }
        self.swept.stale = payments.len();
        Ok(())
    }
}
