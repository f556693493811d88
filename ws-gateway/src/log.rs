//! The event log as the gateway reads it, with the roster, and the one thing that it writes: a new epoch. It is a
//! trait, so that a feed can be tested against a log that fails, lags or forgets on command.

use domain::{BranchId, event::Position};
use std::{fmt::Debug, pin::Pin, time::Duration};
use store::{Database, Logged, view::Roster};

/// How long one read may take. A dead connection never answers, and a feed that waits for it delivers nothing.
const PATIENCE: Duration = Duration::from_secs(5);

/// A read on its way.
pub(crate) type Read<'a, T> = Pin<Box<dyn Future<Output = store::Result<T>> + Send + 'a>>;

/// The log, as feeds read it.
pub(crate) trait EventLog: Send + Sync + Debug {
    /// A page of the branch's events after `seq`, in order; empty when there is none.
    fn after(&self, branch: BranchId, seq: i64) -> Read<'_, Vec<Logged>>;

    /// The heads of streams; a branch without a stream is left out.
    fn heads<'a>(&'a self, branches: &'a [BranchId]) -> Read<'a, Vec<(BranchId, Position)>>;

    /// Begins a new epoch in a stream that stands, where it is written, below what was delivered; whether it did.
    fn begin_epoch_after<'a>(&'a self, branch: BranchId, delivered: &'a Position) -> Read<'a, bool>;

    /// Who has which sector today.
    fn roster(&self, branch: BranchId) -> Read<'_, Roster>;
}

impl EventLog for Database {
    fn after(&self, branch: BranchId, seq: i64) -> Read<'_, Vec<Logged>> {
        Box::pin(within(self.events_after(branch, seq)))
    }

    fn heads<'a>(&'a self, branches: &'a [BranchId]) -> Read<'a, Vec<(BranchId, Position)>> {
        Box::pin(within(self.stream_heads(branches)))
    }

    fn begin_epoch_after<'a>(&'a self, branch: BranchId, delivered: &'a Position) -> Read<'a, bool> {
        Box::pin(within(Self::begin_epoch_after(self, branch, delivered)))
    }

    fn roster(&self, branch: BranchId) -> Read<'_, Roster> {
        Box::pin(within(Self::roster(self, branch)))
    }
}

async fn within<T>(read: impl Future<Output = store::Result<T>>) -> store::Result<T> {
    tokio::time::timeout(PATIENCE, read).await.unwrap_or(Err(store::Error::Busy))
}
