//! Workers of the queue: each takes what is due and fits, and does the pieces side by side, a bounded number at once.
//!
//! What a queue's pieces are and how one is done is said by a [`Work`]; everything else is here, the same for all: one
//! that fails, panics or hangs keeps no other from being done, and whoever dies is replaced when its lease ends.

use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::backoff::{self, Attempts, RetryDecision};
use futures_util::FutureExt;
use rand::Rng;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use store::{Database, Piece, Queue, Share, WorkOutcome};
use tokio::task::JoinSet;

/// How many pieces of a queue a process works on at once. Most of that is waiting for somebody else's answer.
const PLACES: usize = 64;
/// The most urgent get all of them; when fewer than 32 are free, only one for a lane, so that many slow ones leave room
/// for the others. What is less urgent leaves 16 to them.
const SHARES: [Share; 2] =
    [Share { ranks: 0..=0, leaves: 0, crowded: 32 }, Share { ranks: 1..=i16::MAX, leaves: 16, crowded: 32 }];

/// What is done with the pieces of a queue.
#[async_trait::async_trait]
pub trait Work: Send + Sync + 'static {
    /// The queue.
    fn queue(&self) -> &'static Queue;

    /// How long a worker owns a piece. Work of many steps says with each of them that it goes on, so that its lease
    /// lasts.
    fn lease(&self) -> TimeDelta;

    /// The pause after the first failure; it doubles with each further one.
    fn pause(&self) -> Duration;

    /// Whether a piece that fails again and again is given to a person. Otherwise it is tried for ever.
    fn gives_up(&self) -> bool {
        true
    }

    /// Does a leased piece, and finishes it in the transaction of what it writes.
    ///
    /// # Errors
    /// It failed on our side: the piece is tried again later. The lease was lost: whoever has it does the work.
    async fn carry_out(&self, db: &Database, piece: &Piece) -> Result<()>;
}

/// The pieces that this process is working on.
#[derive(Debug)]
pub struct Worker<W> {
    work: Arc<W>,
    running: JoinSet<()>,
}

impl<W: Work> Worker<W> {
    /// One who has nothing to do yet.
    #[must_use]
    pub fn new(work: W) -> Self {
        Self { work: Arc::new(work), running: JoinSet::new() }
    }

    /// The work it does.
    #[must_use]
    pub fn work(&self) -> &W {
        &self.work
    }

    /// Takes what is due and fits, without waiting for what is under way. Says how many pieces were taken.
    ///
    /// # Errors
    /// The queue cannot be read.
    pub async fn take(&mut self, db: &Database) -> Result<usize> {
        while self.running.try_join_next().is_some() {}
        let (queue, lease) = (self.work.queue(), self.work.lease());
        let free = PLACES.saturating_sub(self.running.len());
        if free == 0 || !db.has_due_work(queue).await? {
            return Ok(0);
        }
        let free = i64::try_from(free).unwrap_or(i64::MAX);
        let pieces = keyless(db, "work.lease", Twice::GoodOnce, |uow| async move {
            Ok::<_, Error>(uow.lease_work(queue, free, &SHARES, lease).await?)
        })
        .await?;
        let taken = pieces.len();
        for piece in pieces {
            let (db, work) = (db.clone(), Arc::clone(&self.work));
            self.running.spawn(async move { follow(&db, &*work, &piece).await });
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
pub async fn work_off(db: &Database, work: impl Work) -> Result<usize> {
    let mut worker = Worker::new(work);
    let taken = worker.take(db).await?;
    worker.finish().await;
    Ok(taken)
}

async fn follow(db: &Database, work: &impl Work, piece: &Piece) {
    let queue = work.queue().name;
    let why = match AssertUnwindSafe(work.carry_out(db, piece)).catch_unwind().await {
        Ok(Ok(())) => return count(queue, "done"),
        // Whoever has it now does it.
        Ok(Err(Error::Store(store::Error::LeaseLost))) => return count(queue, "lost"),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the work panicked".to_owned(),
    };
    count(queue, "failed");
    tracing::warn!(queue, piece = piece.id.get(), why, "a piece of work broke");
    if let Err(error) = broke(db, work, piece, &why).await {
        // Its lease ends, and then somebody else tries.
        tracing::warn!(queue, piece = piece.id.get(), %error, "nor could that be noted");
    }
}

fn count(queue: &'static str, result: &'static str) {
    metrics::counter!("queue_pieces_total", "queue" => queue, "result" => result).increment(1);
}

/// The work broke on our side. It is tried again like any other failure, so that a piece that always breaks ends as a
/// dead letter, where its queue has such, and keeps nobody waiting (S29).
async fn broke(db: &Database, work: &impl Work, piece: &Piece, why: &str) -> Result<()> {
    keyless(db, "work.broke", Twice::GoodOnce, |uow| async move {
        let outcome = match retry_at(piece, work.pause(), uow.now()) {
            None if work.gives_up() => WorkOutcome::Dead(why),
            at => WorkOutcome::Again {
                at: at.unwrap_or(uow.now() + TimeDelta::hours(1)),
                attempts: piece.attempts.saturating_add(1),
                error: Some(why),
                in_turn: true,
            },
        };
        Ok::<(), Error>(uow.finish_work(piece, outcome).await?)
    })
    .await
}

/// When a piece that failed is tried again; `None` when it has been tried often enough.
fn retry_at(piece: &Piece, pause: Duration, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let failures = Attempts(u32::try_from(piece.attempts).unwrap_or(u32::MAX)).failed();
    match failures.next(pause, rand::rng().random_range(0..1000)) {
        RetryDecision::DeadLetter => None,
        RetryDecision::Retry(wait) => {
            Some(now + TimeDelta::from_std(wait.min(backoff::LONGEST * 2)).unwrap_or_default())
        }
    }
}

/// A piece in the hands of its worker, for work of many steps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held<'a> {
    pub(crate) db: &'a Database,
    pub(crate) piece: &'a Piece,
    pub(crate) lease: TimeDelta,
}

/// Has the lease last anew, between two steps. Without a piece there is nothing to hold.
///
/// # Errors
/// The lease was lost: the rest is another's to do.
pub(crate) async fn hold(held: Option<Held<'_>>) -> Result<()> {
    let Some(Held { db, piece, lease }) = held else { return Ok(()) };
    keyless(db, "work.hold", Twice::GoodOnce, |uow| async move { Ok::<_, Error>(uow.hold_work(piece, lease).await?) })
        .await
}

#[cfg(test)]
mod tests;
