//! The queue's worker: leases what is due and follows it, a bounded number at once.

use super::{
    providers::Providers,
    sync::{broke, sync},
};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use store::{Database, SyncRow};
use tokio::task::JoinSet;

/// How many pieces a process works on at once. The queue leases at most four of one account, so a slow account leaves
/// room for the others.
const AT_ONCE: usize = 16;

/// The pieces this process is working on.
#[derive(Debug, Default)]
pub struct Worker {
    running: JoinSet<()>,
}

impl Worker {
    /// Takes what is due and fits, without waiting for what is under way. Says how many pieces were taken.
    ///
    /// # Errors
    /// The queue cannot be read.
    pub async fn take(&mut self, db: &Database, providers: &Providers) -> Result<usize> {
        while self.running.try_join_next().is_some() {}
        let room = AT_ONCE.saturating_sub(self.running.len());
        if room == 0 || !db.has_due_syncs().await? {
            return Ok(0);
        }
        let (room, lease) = (i64::try_from(room).unwrap_or(1), providers.lease());
        let jobs = keyless(db, "payment.lease", Twice::GoodOnce, |uow| async move {
            Ok::<_, Error>(uow.lease_syncs(room, lease).await?)
        })
        .await?;
        let taken = jobs.len();
        for job in jobs {
            let (db, providers) = (db.clone(), providers.clone());
            self.running.spawn(async move { follow(&db, &providers, &job).await });
        }
        Ok(taken)
    }

    /// Waits for one piece to be done; for ever when none is under way.
    pub async fn one_done(&mut self) {
        if self.running.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits for what is under way.
    pub async fn finish(&mut self) {
        while self.running.join_next().await.is_some() {}
    }
}

/// Works off what is due now and says how many pieces that were.
///
/// # Errors
/// The queue cannot be read.
pub async fn work(db: &Database, providers: &Providers) -> Result<usize> {
    let mut worker = Worker::default();
    let taken = worker.take(db, providers).await?;
    worker.finish().await;
    Ok(taken)
}

async fn follow(db: &Database, providers: &Providers, job: &SyncRow) {
    let Err(error) = sync(db, providers, job).await else { return };
    tracing::warn!(job = job.id.get(), %error, "a payment could not be synced");
    if let Err(error) = broke(db, providers, job, &error).await {
        // Its lease ends, and then somebody else tries.
        tracing::warn!(job = job.id.get(), %error, "nor could that be noted");
    }
}
