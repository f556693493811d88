//! What must be done now and then, whoever calls: a burst's last word to the phones, products whose
//! 86 is over, and sweeping out old events, old
//! idempotency keys, expired refresh tokens, old notices of providers and idle rate-limit buckets; and writing down how
//! many notices came of which nothing is kept.
//!
//! Every API process does it; the statements are bounded and safe to run twice.

use crate::process::Process;
use api::AppState;
use chrono::{DateTime, TimeDelta, Utc};
use operations::payment;
use runtime::Shutdown;
use std::time::Duration;
use store::Database;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// Starts both rounds.
pub(crate) fn start(process: &Process, state: AppState) {
    let retention = TimeDelta::from_std(process.settings.event_retention).unwrap_or(TimeDelta::MAX);
    let (db, shutdown, providers) = (process.db.clone(), process.shutdown.clone(), process.providers.clone());
    process.shutdown.spawn(async move {
        let mut minute = every(Duration::from_secs(60));
        while goes_on(&shutdown, &mut minute).await {
            state.limits.sweep();
            if let Err(error) = sweep(&db, db.clock().now() - retention).await {
                tracing::warn!(%error, "sweeping failed; the next minute tries again");
            }
            if let Err(error) = payment::write_down_notices(&db, &providers).await {
                tracing::warn!(%error, "notices could not be counted; the next minute tries again");
            }
        }
        if let Err(error) = payment::write_down_notices(&db, &providers).await {
            tracing::warn!(%error, "the last notices could not be counted");
        }
    });
    let (db, shutdown) = (process.db.clone(), process.shutdown.clone());
    process.shutdown.spawn(async move {
        let mut second = every(Duration::from_secs(1));
        while goes_on(&shutdown, &mut second).await {
            if let Err(error) = settle_carts(&db).await {
                tracing::warn!(%error, "settling carts failed; the next second tries again");
            }
            if let Err(error) = end_restrictions(&db).await {
                tracing::warn!(%error, "bringing products back failed; the next second tries again");
            }
        }
    });
}

/// A round that took too long is followed by a pause, not by a burst of rounds.
pub(crate) fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

pub(crate) async fn goes_on(shutdown: &Shutdown, interval: &mut Interval) -> bool {
    tokio::select! {
        () = shutdown.cancelled() => false,
        _ = interval.tick() => true,
    }
}

async fn sweep(db: &Database, before: DateTime<Utc>) -> store::Result<()> {
    db.forget_events(before).await?;
    db.forget_idempotency_keys().await?;
    db.forget_refresh_tokens().await?;
    db.forget_notices().await?;
    Ok(())
}

async fn settle_carts(db: &Database) -> operations::Result<()> {
    for cart in db.due_carts().await? {
        operations::cart::settle(db, &cart).await?;
    }
    Ok(())
}

async fn end_restrictions(db: &Database) -> operations::Result<()> {
    for ended in db.ended_restrictions().await? {
        match operations::menu::end_restriction(db, &ended).await {
            // The office took the product or the branch away: there is nobody to tell.
            Err(operations::Error::Store(store::Error::NotFound(_))) | Ok(()) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
