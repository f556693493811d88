//! What must be swept now and then: old events, old idempotency keys, expired refresh tokens, idle rate-limit buckets.
//!
//! Every API process does it; the statements are bounded and safe to run twice.

use crate::process::Process;
use api::AppState;
use chrono::TimeDelta;
use std::time::Duration;

/// Starts the sweeper.
pub(crate) fn start(process: &Process, state: AppState) {
    let retention = TimeDelta::from_std(process.settings.event_retention).unwrap_or(TimeDelta::MAX);
    let (db, shutdown) = (process.db.clone(), process.shutdown.clone());
    process.shutdown.spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_secs(60));
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = tick.tick() => {}
            }
            state.limits.sweep();
            let before = db.clock().now() - retention;
            if let Err(error) = async {
                db.forget_events(before).await?;
                db.forget_idempotency_keys().await?;
                db.forget_refresh_tokens().await
            }
            .await
            {
                tracing::warn!(%error, "sweeping failed; the next minute tries again");
            }
        }
    });
}
