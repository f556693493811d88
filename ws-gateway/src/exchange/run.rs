//! The task behind the exchange, and the tasks of the feeds.

use super::FeedCommand;
use crate::{feed::Feed, log::EventLog, registry::ConnectionRegistry, wire::SocketId};
use domain::{BranchId, Clock, event::Position};
use futures_util::future::OptionFuture;
use runtime::{BusListener, BusMessage, Published, Shutdown};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinHandle, time::MissedTickBehavior};

/// How often the heads of the streams are compared with what was delivered.
const COMPARE: Duration = Duration::from_secs(1);
/// How long a feed outlives its last socket: reconnects within it find ring and roster warm.
const LINGER: Duration = Duration::from_secs(10);
/// The most events and heads that wait for a feed; more are dropped and read from the log later.
const INBOX: usize = 1_024;
/// Pause between attempts to open a feed while the database does not answer.
const REOPEN: Duration = Duration::from_millis(500);

/// A message of the exchange to a feed.
#[derive(Debug)]
enum RunMessage {
    Event(Arc<Published>),
    Head(Position),
}

/// A running feed, as the exchange knows it.
struct Running {
    commands: mpsc::UnboundedSender<FeedCommand>,
    messages: mpsc::Sender<RunMessage>,
    sockets: HashSet<SocketId>,
    empty_since: Option<Instant>,
}

/// The query for the heads that is running.
type Heads = JoinHandle<store::Result<Vec<(BranchId, Position)>>>;

/// The exchange's task.
pub(super) struct Run {
    bus: BusListener,
    log: Arc<dyn EventLog>,
    registry: Arc<ConnectionRegistry>,
    clock: Arc<dyn Clock>,
    feeds: HashMap<BranchId, Running>,
    heads: Option<Heads>,
    active: Arc<AtomicUsize>,
    shutdown: Shutdown,
}

impl Run {
    pub(super) fn new(
        bus: BusListener,
        log: Arc<dyn EventLog>,
        registry: Arc<ConnectionRegistry>,
        clock: Arc<dyn Clock>,
        active: Arc<AtomicUsize>,
        shutdown: Shutdown,
    ) -> Self {
        Self { bus, log, registry, clock, feeds: HashMap::new(), heads: None, active, shutdown }
    }

    pub(super) async fn run(mut self, mut commands: mpsc::UnboundedReceiver<(BranchId, FeedCommand)>) {
        let finished = self.shutdown.finished();
        tokio::pin!(finished);
        let mut compare = tokio::time::interval(COMPARE);
        compare.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = &mut finished => return,
                command = commands.recv() => match command {
                    Some((branch, command)) => self.pass_on(branch, command).await,
                    None => return,
                },
                message = self.bus.next() => match message {
                    BusMessage::Event(event) => self.tell(event.envelope.branch_id, RunMessage::Event(event)),
                    BusMessage::Gap => {
                        metrics::counter!("wsgateway_bus_gaps_total").increment(1);
                        // A comparison under way may have read its heads before the gap.
                        if let Some(heads) = self.heads.take() {
                            heads.abort();
                        }
                        self.ask_heads();
                    }
                },
                Some(heads) = OptionFuture::from(self.heads.as_mut()) => {
                    self.heads = None;
                    match heads {
                        Ok(Ok(heads)) => heads.into_iter().for_each(|(branch, head)| self.tell(branch, RunMessage::Head(head))),
                        Ok(Err(error)) => tracing::warn!(%error, "cannot compare the streams' heads yet"),
                        Err(error) => tracing::error!(%error, "the comparison of heads broke off"),
                    }
                }
                _ = compare.tick() => {
                    self.end_empty().await;
                    self.ask_heads();
                }
            }
        }
    }

    async fn pass_on(&mut self, branch: BranchId, command: FeedCommand) {
        match &command {
            FeedCommand::Join(member, _) => {
                let socket = member.wire.id();
                if !self.feeds.contains_key(&branch) {
                    self.begin(branch).await;
                }
                if let Some(feed) = self.feeds.get_mut(&branch) {
                    feed.sockets.insert(socket);
                    feed.empty_since = None;
                }
            }
            FeedCommand::Leave(socket) => {
                if let Some(feed) = self.feeds.get_mut(&branch) {
                    feed.sockets.remove(socket);
                    if feed.sockets.is_empty() {
                        feed.empty_since = Some(Instant::now());
                    }
                }
            }
            FeedCommand::Sectors(..) => {}
        }
        if let Some(feed) = self.feeds.get(&branch) {
            // An error means that the feed's task has ended; a socket that waits for an answer sees it dropped.
            let _ = feed.commands.send(command);
        }
    }

    /// Starts the feed of a branch. It follows the branch first and reads the head after it: in the other order an
    /// event between the two would be in neither.
    async fn begin(&mut self, branch: BranchId) {
        if let Err(error) = self.bus.follow(branch).await {
            tracing::debug!(%error, "the bus follows no more branches");
        }
        let (commands, received) = mpsc::unbounded_channel();
        let (messages, inbox) = mpsc::channel(INBOX);
        let (log, registry, clock) = (Arc::clone(&self.log), Arc::clone(&self.registry), Arc::clone(&self.clock));
        self.shutdown.spawn_support(async move {
            if let Some(feed) = open(branch, log, registry, clock, &received).await {
                run(feed, received, inbox).await;
            }
        });
        self.feeds
            .insert(branch, Running { commands, messages, sockets: HashSet::new(), empty_since: Some(Instant::now()) });
        self.count();
    }

    async fn end_empty(&mut self) {
        let over = |feed: &Running| feed.empty_since.is_some_and(|since| since.elapsed() >= LINGER);
        let ended: Vec<_> = self.feeds.iter().filter(|(_, feed)| over(feed)).map(|(branch, _)| *branch).collect();
        for branch in ended {
            self.feeds.remove(&branch);
            self.bus.unfollow(branch).await;
        }
        self.count();
    }

    fn count(&self) {
        self.active.store(self.feeds.len(), Ordering::Relaxed);
        metrics::gauge!("wsgateway_active_branches").set(u32::try_from(self.feeds.len()).unwrap_or(u32::MAX));
    }

    fn tell(&mut self, branch: BranchId, message: RunMessage) {
        if let Some(feed) = self.feeds.get(&branch)
            && feed.messages.try_send(message).is_err()
        {
            metrics::counter!("wsgateway_inbox_overflows_total").increment(1);
        }
    }

    /// Reads the heads of all branches with one query, in a task of its own: a database that hangs must not keep events
    /// waiting.
    fn ask_heads(&mut self) {
        if self.heads.is_none() && !self.feeds.is_empty() {
            let branches: Vec<_> = self.feeds.keys().copied().collect();
            let log = Arc::clone(&self.log);
            self.heads = Some(tokio::spawn(async move { log.heads(&branches).await }));
        }
    }
}

/// Opens a feed as soon as the database answers; `None` once the exchange has dropped the feed.
async fn open(
    branch: BranchId,
    log: Arc<dyn EventLog>,
    registry: Arc<ConnectionRegistry>,
    clock: Arc<dyn Clock>,
    received: &mpsc::UnboundedReceiver<FeedCommand>,
) -> Option<Feed> {
    while !received.is_closed() {
        match Feed::open(branch, Arc::clone(&log), Arc::clone(&registry), Arc::clone(&clock)).await {
            Ok(feed) => return Some(feed),
            Err(error) => tracing::warn!(%branch, %error, "cannot open the feed yet"),
        }
        tokio::time::sleep(REOPEN).await;
    }
    None
}

/// Runs a feed until the exchange drops it.
async fn run(
    mut feed: Feed,
    mut commands: mpsc::UnboundedReceiver<FeedCommand>,
    mut messages: mpsc::Receiver<RunMessage>,
) {
    let mut tick = tokio::time::interval(COMPARE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(FeedCommand::Join(member, answer)) => {
                    let socket = member.wire.id();
                    if answer.send(feed.join(*member).await).is_err() {
                        feed.leave(socket);
                    }
                }
                Some(FeedCommand::Leave(socket)) => feed.leave(socket),
                Some(FeedCommand::Sectors(waiter, answer)) => {
                    let _ = answer.send(feed.sectors_of(waiter).await);
                }
                None => return,
            },
            Some(message) = messages.recv() => match message {
                RunMessage::Event(event) => feed.hear(&event).await,
                RunMessage::Head(head) => feed.compare(&head).await,
            },
            _ = tick.tick() => feed.tick().await,
        }
    }
}
