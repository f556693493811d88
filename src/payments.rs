//! The workers of the payment queue. Every API process runs them; leases keep two from doing the same.

use crate::{
    housekeeping::{every, goes_on},
    process::Process,
};
use operations::payment::{Providers, Worker};
use std::time::Duration;

/// Starts them.
pub(crate) fn start(process: &Process) {
    let (db, providers, shutdown) = (process.db.clone(), process.providers.clone(), process.shutdown.clone());
    process.shutdown.spawn(async move {
        let (mut worker, mut tick) = (Worker::default(), every(poll(&providers)));
        loop {
            let goes_on = tokio::select! {
                // A notice that this very process took is looked at without waiting for the tick.
                () = providers.woken() => true,
                () = worker.one_done() => true,
                goes_on = goes_on(&shutdown, &mut tick) => goes_on,
            };
            if !goes_on {
                break;
            }
            if let Err(error) = worker.take(&db, &providers).await {
                tracing::warn!(%error, "the payment queue could not be read; the next tick tries again");
            }
        }
        worker.finish().await;
    });
}

/// A second, or less where the tempo was made quicker.
fn poll(providers: &Providers) -> Duration {
    providers.settings().retry_base.min(Duration::from_secs(1))
}
