//! The workers of the payment queue and of refunds, and the sweep. Every API process runs them; leases keep two from
//! doing the same.

use crate::{
    housekeeping::{every, goes_on},
    process::Process,
};
use operations::payment;
use std::time::Duration;

/// Starts them.
pub(crate) fn start(process: &Process) {
    let (db, providers, shutdown) = (process.db.clone(), process.providers.clone(), process.shutdown.clone());
    process.shutdown.spawn(async move {
        let mut tick = every(poll(&providers));
        loop {
            let goes_on = tokio::select! {
                // A notice that this very process took is looked at without waiting for the tick.
                () = providers.woken() => true,
                goes_on = goes_on(&shutdown, &mut tick) => goes_on,
            };
            if !goes_on {
                break;
            }
            if let Err(error) = payment::work(&db, &providers).await {
                tracing::warn!(%error, "the payment queue could not be read; the next tick tries again");
            }
        }
    });
    // Refunds have a loop of their own: a slow one must not keep payments waiting.
    let (db, providers, shutdown) = (process.db.clone(), process.providers.clone(), process.shutdown.clone());
    process.shutdown.spawn(async move {
        let mut tick = every(poll(&providers));
        while goes_on(&shutdown, &mut tick).await {
            if let Err(error) = payment::carry_out(&db, &providers).await {
                tracing::warn!(%error, "refunds could not be read; the next tick tries again");
            }
        }
    });
    let (db, providers, shutdown) = (process.db.clone(), process.providers.clone(), process.shutdown.clone());
    process.shutdown.spawn(async move {
        let mut tick = every(providers.settings().sweep_every);
        while goes_on(&shutdown, &mut tick).await {
            if let Err(error) = payment::sweep(&db, &providers).await {
                tracing::warn!(%error, "the payment sweep failed; the next one tries again");
            }
            if let Err(error) = payment::reconcile_due(&db, &providers).await {
                tracing::warn!(%error, "yesterday could not be compared; the next sweep tries again");
            }
            if let Err(error) = payment::measure(&db, &providers).await {
                tracing::debug!(%error, "the payment queue could not be measured");
            }
        }
    });
}

/// A second, or less where the tempo was made quicker.
fn poll(providers: &payment::Providers) -> Duration {
    providers.settings().retry_base.min(Duration::from_secs(1))
}
