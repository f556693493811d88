//! The exchange: connects the bus, the feeds of the active branches, and the sockets.
//!
//! One task owns the bus listener and the list of feeds, so that following a branch, starting its feed and ending it
//! cannot race. Each feed is a task of its own: a branch whose log is slow delays no other branch. When a feed is busy,
//! the exchange drops what the feed cannot take. Once a second it tells every feed the head of its stream. So a lost
//! publish, a dead Redis and a full inbox are all repaired within about a second (design.md §3).

mod run;

use crate::{
    feed::{Joined, Member},
    log::EventLog,
    registry::ConnectionRegistry,
    wire::SocketId,
};
use domain::{BranchId, Clock, SectorId, UserId};
use run::Run;
use runtime::{Bus, Shutdown};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::{mpsc, oneshot};

/// A command of a socket to a feed.
#[derive(Debug)]
enum FeedCommand {
    Join(Box<Member>, oneshot::Sender<Joined>),
    Leave(SocketId),
    Sectors(UserId, oneshot::Sender<Vec<SectorId>>),
}

/// A handle to the exchange; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    commands: mpsc::UnboundedSender<(BranchId, FeedCommand)>,
    active: Arc<AtomicUsize>,
}

impl Exchange {
    /// Starts the exchange. It ends with the supporting tasks, after the last socket.
    pub(crate) fn start(
        bus: &Bus,
        log: Arc<dyn EventLog>,
        registry: Arc<ConnectionRegistry>,
        clock: Arc<dyn Clock>,
        shutdown: &Shutdown,
    ) -> Self {
        let (commands, received) = mpsc::unbounded_channel();
        let active = Arc::new(AtomicUsize::new(0));
        let run = Run::new(bus.listen(), log, registry, clock, Arc::clone(&active), shutdown.clone());
        shutdown.spawn_support(run.run(received));
        Self { commands, active }
    }

    /// Joins a socket to a branch. Its queue receives everything after the position in the answer, as long as the
    /// attachment is kept. `None` when the branch's feed does not open: the process stops, or there is no database.
    pub(crate) async fn join(&self, branch: BranchId, member: Member) -> Option<(Attachment, Joined)> {
        let attachment = Attachment { branch, socket: member.wire.id(), exchange: self.clone() };
        let joined = self.rejoin(branch, member).await?;
        Some((attachment, joined))
    }

    /// Changes the listener of a socket that has joined the branch already.
    pub(crate) async fn rejoin(&self, branch: BranchId, member: Member) -> Option<Joined> {
        let (answer, joined) = oneshot::channel();
        self.commands.send((branch, FeedCommand::Join(Box::new(member), answer))).ok()?;
        joined.await.ok()
    }

    /// Reads the sectors of a waiter today.
    pub(crate) async fn sectors_of(&self, branch: BranchId, waiter: UserId) -> Option<Vec<SectorId>> {
        let (answer, sectors) = oneshot::channel();
        self.commands.send((branch, FeedCommand::Sectors(waiter, answer))).ok()?;
        sectors.await.ok()
    }

    /// How many branches have a feed.
    pub(crate) fn active_branches(&self) -> usize {
        self.active.load(Ordering::Relaxed)
    }
}

/// A socket's membership in a branch's feed; dropping it ends the membership.
#[derive(Debug)]
pub(crate) struct Attachment {
    branch: BranchId,
    socket: SocketId,
    exchange: Exchange,
}

impl Attachment {
    /// The branch of the feed.
    pub(crate) fn branch(&self) -> BranchId {
        self.branch
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        // An error means that the exchange has ended, and the membership with it.
        let _ = self.exchange.commands.send((self.branch, FeedCommand::Leave(self.socket)));
    }
}
