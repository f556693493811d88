//! Listens: a connection with its subscriptions, and a task that keeps them true across reconnects.
//!
//! The listener's [`next`](RedisListener::next) reads fred's message stream directly, without a task in between; the
//! [`SubscriptionTask`] only places subscriptions and says when something may have been missed.

use super::{
    COMMAND_TIMEOUT, HEARTBEAT, connection,
    rights::{Rights, SUBSCRIBE},
};
use crate::{
    Shutdown,
    bus::{BusError, BusMessage, Published, channels},
};
use domain::BranchId;
use fred::{
    clients::SubscriberClient,
    interfaces::{ClientLike, EventInterface, PubsubInterface},
    types::{Builder, ClusterHash, Message, config::Options},
    util::redis_keyslot,
};
use std::{collections::HashSet, sync::Arc, time::Duration};
use tokio::{
    sync::{
        Notify,
        broadcast::{self, error::RecvError},
        mpsc, oneshot,
    },
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

/// How soon subscriptions that could not be placed are tried again.
const RETRY: Duration = Duration::from_millis(500);

/// The listening end.
#[derive(Debug)]
pub(in crate::bus) struct RedisListener {
    messages: broadcast::Receiver<Message>,
    gap: Arc<Notify>,
    wishes: mpsc::UnboundedSender<Command>,
    followed: HashSet<BranchId>,
}

#[derive(Debug)]
enum Command {
    /// Answered when in place; dropped when that must wait for Redis.
    Follow(BranchId, oneshot::Sender<()>),
    Unfollow(BranchId),
}

impl RedisListener {
    pub(super) fn start(builder: &Builder, rights: &Arc<Rights>, shutdown: &Shutdown) -> Self {
        let client = builder.build_subscriber_client().expect("RedisBus::start built one from the same configuration");
        let (wishes, received) = mpsc::unbounded_channel();
        let gap = Arc::new(Notify::new());
        let messages = client.message_rx();
        let closed = CancellationToken::new();
        let keeper = SubscriptionTask {
            node: ClusterHash::Custom(redis_keyslot(client.id().as_bytes())),
            rights: rights.clone(),
            builder: builder.clone(),
            client: client.clone(),
            wanted: HashSet::new(),
            waiting: Vec::new(),
            state: State::Connecting,
            gap: gap.clone(),
        };
        shutdown.spawn_support(keeper.run(received, shutdown.clone(), closed.clone().drop_guard()));
        shutdown.spawn_support(connection::keep(client, "listener", closed));
        Self { messages, gap, wishes, followed: HashSet::new() }
    }

    pub(in crate::bus) async fn follow(&mut self, branch: BranchId) -> Result<(), BusError> {
        let (placed, answer) = oneshot::channel();
        self.wishes.send(Command::Follow(branch, placed)).map_err(|_| BusError::Closed)?;
        self.followed.insert(branch);
        // Placed, put off, or too slow: in the last two cases the keeper says so with a gap once it is placed.
        let _ = tokio::time::timeout(COMMAND_TIMEOUT, answer).await;
        Ok(())
    }

    pub(in crate::bus) fn unfollow(&mut self, branch: BranchId) {
        self.followed.remove(&branch);
        // An error means that the keeper is gone, and the subscription with it.
        let _ = self.wishes.send(Command::Unfollow(branch));
    }

    pub(in crate::bus) async fn next(&mut self) -> BusMessage {
        loop {
            let message = tokio::select! {
                biased;
                () = self.gap.notified() => return BusMessage::Gap,
                message = self.messages.recv() => message,
            };
            match message {
                Ok(message) => match message.value.into_bytes().map(Published::parse) {
                    Some(Ok(event)) if self.followed.contains(&event.envelope.branch_id) => {
                        return BusMessage::Event(Arc::new(event));
                    }
                    Some(Ok(_)) => {}
                    // Something else writes to our channels. The log knows whether an event is missing.
                    Some(Err(_)) | None => {
                        tracing::warn!(channel = %message.channel, "a message on the bus is not an event");
                        return BusMessage::Gap;
                    }
                },
                Err(RecvError::Lagged(missed)) => {
                    metrics::counter!("bus_lagged_total").increment(missed);
                    return BusMessage::Gap;
                }
                Err(RecvError::Closed) => return std::future::pending().await,
            }
        }
    }
}

/// Whether the subscriptions are in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not yet known whether Redis answers; worth waiting for.
    Connecting,
    /// All that is wanted is subscribed on the present connection.
    InPlace,
    /// Something is not; a gap is owed.
    Stale,
}

/// Keeps the subscriptions true.
struct SubscriptionTask {
    client: SubscriberClient,
    /// The node of a cluster that has the subscriptions: fred picks it by the client's id.
    node: ClusterHash,
    rights: Arc<Rights>,
    builder: Builder,
    wanted: HashSet<BranchId>,
    waiting: Vec<oneshot::Sender<()>>,
    state: State,
    gap: Arc<Notify>,
}

impl SubscriptionTask {
    async fn run(
        mut self,
        mut wishes: mpsc::UnboundedReceiver<Command>,
        shutdown: Shutdown,
        _closed: tokio_util::sync::DropGuard,
    ) {
        let (mut errors, mut connects) = (self.client.error_rx(), self.client.reconnect_rx());
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        let mut retry = tokio::time::interval(RETRY);
        for timer in [&mut heartbeat, &mut retry] {
            timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        let finished = shutdown.finished();
        tokio::pin!(finished);
        loop {
            tokio::select! {
                // An error before the connect that cured it, so that the cure has the last word.
                biased;
                () = &mut finished => return,
                _ = errors.recv() => self.lost(),
                _ = connects.recv() => self.renew().await,
                wish = wishes.recv() => match wish {
                    Some(Command::Follow(branch, placed)) => self.follow(branch, placed).await,
                    Some(Command::Unfollow(branch)) => self.unfollow(branch).await,
                    None => return,
                },
                _ = retry.tick(), if self.state == State::Stale => {
                    if self.client.is_connected() {
                        self.renew().await;
                    }
                }
                _ = heartbeat.tick(), if self.state == State::InPlace => {
                    if self.ping().await.is_err() {
                        self.lost();
                    }
                }
            }
        }
    }

    async fn follow(&mut self, branch: BranchId, placed: oneshot::Sender<()>) {
        self.wanted.insert(branch);
        match self.state {
            State::Connecting => self.waiting.push(placed),
            State::InPlace if self.place(vec![channels::everything(branch)]).await.is_ok() => {
                // The caller may have given up waiting; then it is owed a gap.
                if placed.send(()).is_err() {
                    self.gap.notify_one();
                }
            }
            State::InPlace => self.lost(),
            State::Stale => {}
        }
    }

    async fn unfollow(&mut self, branch: BranchId) {
        if self.wanted.remove(&branch) && self.state == State::InPlace {
            // A subscription that stays only costs the messages the listener filters out.
            let _ = self.client.unsubscribe(channels::everything(branch)).await;
        }
    }

    /// Places every subscription on a new connection, then owes nobody anything but a gap.
    async fn renew(&mut self) {
        let channels = self.wanted.iter().map(|&branch| channels::everything(branch)).collect();
        let placed = match self.ask_for_rights().await {
            Ok(()) => self.place(channels).await,
            Err(error) => Err(error),
        };
        match placed {
            Ok(()) => {
                self.state = State::InPlace;
                for placed in self.waiting.drain(..) {
                    let _ = placed.send(());
                }
                if !self.wanted.is_empty() {
                    self.gap.notify_one();
                }
            }
            Err(error) => {
                tracing::debug!(%error, "subscriptions could not be placed");
                self.lost();
            }
        }
    }

    /// Notes that subscriptions may be gone, and lets those who wait for one go on.
    fn lost(&mut self) {
        self.state = State::Stale;
        self.waiting.clear();
    }

    /// Asks for the right to subscribe: fred expects no answer to a SUBSCRIBE, so that a refusal would be nobody's.
    async fn ask_for_rights(&self) -> Result<(), fred::error::Error> {
        let channel = channels::everything(BranchId(0));
        self.rights.ask(&self.builder, &self.node, SUBSCRIBE, vec![channel]).await?;
        if self.rights.has(SUBSCRIBE) {
            return Ok(());
        }
        Err(fred::error::Error::new(fred::error::ErrorKind::Auth, "no right to subscribe"))
    }

    async fn place(&self, channels: Vec<String>) -> Result<(), fred::error::Error> {
        if !channels.is_empty() {
            self.client.subscribe(channels).await?;
        }
        self.ping().await
    }

    /// A ping answered after a `SUBSCRIBE` proves that the server has processed it; fred itself does not wait for it.
    async fn ping(&self) -> Result<(), fred::error::Error> {
        let node = Options { cluster_hash: Some(self.node.clone()), ..Options::default() };
        let reply: fred::types::Value = self.client.with_options(&node).ping(None).await?;
        Rights::ensure_alive(&self.client, &reply).await
    }
}
