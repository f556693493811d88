//! A queue's worker as a job: it takes what is due, without waiting for the interval when this process has queued
//! something or one piece is done.

use operations::work::{Work, Worker};
use runtime::{Job, JobError, Ran};
use std::time::Duration;
use store::Database;

/// The job that works off the queue of a [`Work`].
pub(super) struct Queued<W> {
    db: Database,
    every: Duration,
    worker: Worker<W>,
}

impl<W: Work> Queued<W> {
    /// Looks every `every` for what other processes queued, and for what is to be tried again.
    pub(super) fn new(db: &Database, every: Duration, work: W) -> Self {
        Self { db: db.clone(), every, worker: Worker::new(work) }
    }
}

#[async_trait::async_trait]
impl<W: Work> Job for Queued<W> {
    fn name(&self) -> &'static str {
        self.worker.work().queue().name
    }

    fn every(&self) -> Duration {
        self.every
    }

    async fn woken(&mut self) {
        let queue = self.worker.work().queue();
        tokio::select! {
            () = self.db.work_arrived(queue) => {}
            () = self.worker.one_done() => {}
        }
    }

    async fn run(&mut self) -> Result<Ran, JobError> {
        self.worker.take(&self.db).await?;
        Ok(Ran::Done)
    }

    async fn finish(&mut self) {
        self.worker.finish().await;
    }
}
