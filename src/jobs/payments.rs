//! The background work of payments: four queues ([`Queued`]), the sweep that puts what is due into them, the daily
//! reconciliation, the figures of the queues, and the count of notices of which nothing is kept.
//!
//! Leases keep two processes from doing the same. Each is a job of its own: a slow refund keeps no payment waiting.

use super::{MINUTE, queue::Queued};
use crate::process::Process;
use operations::payment::{self, Cancellations, Providers, Refunds, Sweeps, Syncs};
use runtime::{Job, JobError, Periodic, Ran};
use std::time::Duration;
use store::Database;

/// How often the figures of the queues are taken.
const FIGURES: Duration = Duration::from_secs(10);

/// Starts them.
pub(super) fn start(process: &Process) {
    let (db, providers) = (&process.db, &process.providers);
    let (jobs, shutdown, every) = (&process.jobs, &process.shutdown, poll(providers));
    jobs.start(shutdown, Queued::new(db, every, Syncs(providers.clone())));
    jobs.start(shutdown, Queued::new(db, every, Refunds(providers.clone())));
    jobs.start(shutdown, Queued::new(db, every, Cancellations(providers.clone())));
    jobs.start(shutdown, Queued::new(db, every, Sweeps(providers.clone())));
    jobs.start(shutdown, sweep(process));
    jobs.start(shutdown, reconcile(process));
    jobs.start(shutdown, measure(process));
    jobs.start(shutdown, NoticeCounts::new(process));
}

/// What no notice told of is put into the queue.
fn sweep(process: &Process) -> impl Job + use<> {
    let (db, every) = (process.db.clone(), process.providers.settings().sweep_every);
    Periodic::new("payment.sweep_due", every, move || {
        let db = db.clone();
        async move {
            payment::sweep(&db).await?;
            Ok(Ran::Done)
        }
    })
}

/// Yesterday is to be compared with the provider's own books.
fn reconcile(process: &Process) -> impl Job + use<> {
    let (db, every) = (process.db.clone(), process.providers.settings().sweep_every);
    Periodic::new("payment.reconcile", every, move || {
        let db = db.clone();
        async move {
            payment::reconcile_due(&db).await?;
            Ok(Ran::Done)
        }
    })
}

/// How long the queues are, and for how long their first pieces wait.
fn measure(process: &Process) -> impl Job + use<> {
    let (db, providers) = (process.db.clone(), process.providers.clone());
    Periodic::new("queue.measure", FIGURES, move || {
        let (db, providers) = (db.clone(), providers.clone());
        async move {
            payment::measure(&db, &providers).await?;
            Ok(Ran::Done)
        }
    })
}

/// How many notices came of which nothing is kept, written down once a minute and at the end.
struct NoticeCounts {
    db: Database,
    providers: Providers,
}

impl NoticeCounts {
    fn new(process: &Process) -> Self {
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
