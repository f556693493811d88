//! The queue's worker: leases what is due and follows it, a bounded number at once.

use super::{providers::Providers, sync::sync};
use crate::{Error, Result};
use store::Database;
use tokio::task::JoinSet;

/// How many pieces a process works on at once.
const AT_ONCE: i64 = 16;

/// Works off what is due now and says how many pieces that were. What fails stays in the queue.
///
/// # Errors
/// The queue cannot be read.
pub async fn work(db: &Database, providers: &Providers) -> Result<usize> {
    if !db.has_due_syncs().await? {
        return Ok(0);
    }
    let lease = providers.lease();
    let jobs = db
        .transaction("payment.lease", |uow| async move { Ok::<_, Error>(uow.lease_syncs(AT_ONCE, lease).await?) })
        .await?;
    let count = jobs.len();
    let mut running = JoinSet::new();
    for job in jobs {
        let (db, providers) = (db.clone(), providers.clone());
        running.spawn(async move {
            if let Err(error) = sync(&db, &providers, &job).await {
                tracing::warn!(job = job.id.get(), %error, "a payment could not be synced; its lease will end");
            }
        });
    }
    while running.join_next().await.is_some() {}
    Ok(count)
}
