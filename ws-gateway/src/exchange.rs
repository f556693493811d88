//! Connects the bus, the feeds of the active branches, and the sockets.
//!
//! One task owns the bus listener and the list of feeds, so that following a branch, starting its feed and ending it
//! cannot race. Each feed is a task of its own: a branch whose log read is slow delays no other. What the exchange
//! cannot hand to a feed because it is busy it throws away; once a second it tells every feed where its stream stands,
//! which is how a lost publish, a dead Redis and a full inbox are all repaired within about a second (design.md §3).

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

/// What sockets ask of a feed.
#[derive(Debug)]
enum FeedCommand {
    Join(Box<Member>, oneshot::Sender<Joined>),
    Leave(SocketId),
    Sectors(UserId, oneshot::Sender<Vec<SectorId>>),
}

/// The way to the exchange; cheap to clone.
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

    /// Seats a socket in a branch. Its queue receives everything after the position in the answer for as long as the
    /// attachment is kept. `None` when the branch's feed does not open: stopping, or no database.
    pub(crate) async fn join(&self, branch: BranchId, member: Member) -> Option<(Attachment, Joined)> {
        let attachment = Attachment { branch, socket: member.wire.id(), exchange: self.clone() };
        let joined = self.rejoin(branch, member).await?;
        Some((attachment, joined))
    }

    /// Changes as whom a socket listens to a branch where it has an attachment already.
    pub(crate) async fn rejoin(&self, branch: BranchId, member: Member) -> Option<Joined> {
        let (answer, joined) = oneshot::channel();
        self.commands.send((branch, FeedCommand::Join(Box::new(member), answer))).ok()?;
        joined.await.ok()
    }

    /// The sectors of a waiter today.
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

/// A socket's place in a branch's feed; dropping it gives the place up.
#[derive(Debug)]
pub(crate) struct Attachment {
    branch: BranchId,
    socket: SocketId,
    exchange: Exchange,
}

impl Attachment {
    /// The branch it is a place in.
    pub(crate) fn branch(&self) -> BranchId {
        self.branch
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        // An error means that the exchange has ended, and the place with it.
        let _ = self.exchange.commands.send((self.branch, FeedCommand::Leave(self.socket)));
    }
}
