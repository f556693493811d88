//! The background work of payments: the queue of what is to be fetched, refunds that wait to be carried out, the sweep
//! for what no notice told of, the daily reconciliation, and the count of notices of which nothing is kept.
//!
//! Leases keep two processes from doing the same. Each is a job of its own: a slow refund keeps no payment waiting.

use super::MINUTE;
use crate::process::Process;
use operations::payment::{self, Providers, Worker};
use runtime::{Job, JobError, Periodic, Ran};
use std::time::Duration;
use store::Database;

/// The workers of the queue.
pub(super) struct Syncs {
    db: Database,
    providers: Providers,
    worker: Worker,
}

impl Syncs {
    pub(super) fn new(process: &Process) -> Self {
        Self { db: process.db.clone(), providers: process.providers.clone(), worker: Worker::default() }
    }
}

#[async_trait::async_trait]
impl Job for Syncs {
    fn name(&self) -> &'static str {
        "payment.sync"
    }

    fn every(&self) -> Duration {
        poll(&self.providers)
    }

    /// A notice that this very process took is looked at without waiting for the interval.
    async fn woken(&mut self) {
        tokio::select! {
            () = self.providers.woken() => {}
            () = self.worker.one_done() => {}
        }
    }

    async fn run(&mut self) -> Result<Ran, JobError> {
        self.worker.take(&self.db, &self.providers).await?;
        Ok(Ran::Done)
    }

    async fn finish(&mut self) {
        self.worker.finish().await;
    }
}

/// Payments that the office calls off.
pub(super) struct Cancellations {
    db: Database,
    providers: Providers,
}

impl Cancellations {
    pub(super) fn new(process: &Process) -> Self {
        Self { db: process.db.clone(), providers: process.providers.clone() }
    }
}

#[async_trait::async_trait]
impl Job for Cancellations {
    fn name(&self) -> &'static str {
        "payment.cancel"
    }

    fn every(&self) -> Duration {
        poll(&self.providers)
    }

    /// Somebody waits for it.
    async fn woken(&mut self) {
        self.providers.cancellation_wanted().await;
    }

    async fn run(&mut self) -> Result<Ran, JobError> {
        payment::call_off(&self.db, &self.providers).await?;
        Ok(Ran::Done)
    }
}

/// Refunds that were asked for and are carried out at the provider.
pub(super) fn refunds(process: &Process) -> impl Job + use<> {
    let (db, providers) = (process.db.clone(), process.providers.clone());
    Periodic::new("payment.refund", poll(&providers), move || {
        let (db, providers) = (db.clone(), providers.clone());
        async move {
            payment::carry_out(&db, &providers).await?;
            Ok(Ran::Done)
        }
    })
}

/// What no notice told of.
pub(super) fn sweep(process: &Process) -> impl Job + use<> {
    let (db, providers) = (process.db.clone(), process.providers.clone());
    Periodic::new("payment.sweep", providers.settings().sweep_every, move || {
        let (db, providers) = (db.clone(), providers.clone());
        async move {
            payment::sweep(&db, &providers).await?;
            payment::measure(&db, &providers).await?;
            Ok(Ran::Done)
        }
    })
}

/// Yesterday, compared with the provider's own books.
pub(super) fn reconcile(process: &Process) -> impl Job + use<> {
    let (db, providers) = (process.db.clone(), process.providers.clone());
    Periodic::new("payment.reconcile", providers.settings().sweep_every, move || {
        let (db, providers) = (db.clone(), providers.clone());
        async move {
            payment::reconcile_due(&db, &providers).await?;
            Ok(Ran::Done)
        }
    })
}

/// How many notices came of which nothing is kept, written down once a minute and at the end.
pub(super) struct NoticeCounts {
    db: Database,
    providers: Providers,
}

impl NoticeCounts {
    pub(super) fn new(process: &Process) -> Self {
        Self { db: process.db.clone(), providers: process.providers.clone() }
    }
}

#[async_trait::async_trait]
impl Job for NoticeCounts {
    fn name(&self) -> &'static str {
        "notice.count"
    }

    fn every(&self) -> Duration {
        MINUTE
    }

    async fn run(&mut self) -> Result<Ran, JobError> {
        payment::write_down_notices(&self.db, &self.providers).await?;
        Ok(Ran::Done)
    }

    async fn finish(&mut self) {
        if let Err(error) = payment::write_down_notices(&self.db, &self.providers).await {
            tracing::warn!(%error, "the last notices could not be counted");
        }
    }
}

/// A second, or less where the tempo was made quicker.
fn poll(providers: &Providers) -> Duration {
    providers.settings().retry_base.min(Duration::from_secs(1))
}
