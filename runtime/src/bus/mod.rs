//! The event bus: carries committed events from whoever committed them to the gateways.
//!
//! It is fast, not reliable, and says so. Correctness rests on the log (design.md §3, I3): what the bus loses, the
//! gateway reads from there. Two duties follow. Publishing never waits and never fails a request, even while Redis is
//! dead; and a listener that may have missed something hears [`BusMessage::Gap`], never silence.

mod channels;
mod in_process;
mod redis;

use bytes::Bytes;
use domain::{
    BranchId,
    event::{Envelope, EventSink},
};
use in_process::{InProcessBus, InProcessListener};
use redis::{RedisBus, RedisListener};
use std::sync::Arc;

use crate::Shutdown;

/// Messages a listener may lag behind before it loses some and hears a gap. At 20 events a second from each of 50
/// branches that is 16 s; fred's default of 32 lost most of a burst (decisions/025).
const LISTENER_CAPACITY: usize = 16_384;

/// One committed event, serialized once for all who receive it.
#[derive(Debug)]
pub struct Published {
    /// The event.
    pub envelope: Envelope,
    /// Its JSON, as clients receive it.
    pub json: Bytes,
}

impl Published {
    /// Serializes the event.
    ///
    /// # Errors
    /// Never for envelopes the store made; the signature is serde's.
    pub fn new(envelope: Envelope) -> serde_json::Result<Self> {
        let json = serde_json::to_vec(&envelope)?.into();
        Ok(Self { envelope, json })
    }

    /// Reads an event back from its JSON, which is kept as it is.
    ///
    /// # Errors
    /// When it is not an event this version knows.
    pub fn parse(json: Bytes) -> serde_json::Result<Self> {
        let envelope = serde_json::from_slice(&json)?;
        Ok(Self { envelope, json })
    }
}

/// What a listener hears.
#[derive(Clone, Debug)]
pub enum BusMessage {
    /// An event of a branch it follows.
    Event(Arc<Published>),
    /// Something may be missing from here on: compare every followed branch with the log.
    Gap,
}

/// Why the bus could not do something.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The URL is not one of a Redis server or cluster, or TLS cannot be set up for it.
    #[error("REDIS_URL cannot be used: {0}")]
    Url(#[source] fred::error::Error),
    /// The process is stopping; nothing will be delivered any more.
    #[error("the event bus is closed")]
    Closed,
}

/// Which kind of bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusKind {
    /// Inside this process.
    InProcess,
    /// Over Redis or Valkey.
    Redis,
}

impl BusKind {
    /// The name in health reports and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProcess => "in-process",
            Self::Redis => "redis",
        }
    }
}

/// How the bus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusHealth {
    /// Which kind.
    pub kind: BusKind,
    /// Whether events get through now. Without it they arrive about a second late, by way of the log.
    pub connected: bool,
    /// Events this process did not get onto the bus since it started.
    pub dropped: u64,
}

/// The bus; cheap to clone.
#[derive(Clone, Debug)]
pub struct Bus(Carrier);

#[derive(Clone, Debug)]
enum Carrier {
    InProcess(InProcessBus),
    Redis(RedisBus),
}

impl Bus {
    /// A bus for one process that serves both the API and the gateway.
    #[must_use]
    pub fn in_process() -> Self {
        Self(Carrier::InProcess(InProcessBus::new()))
    }

    /// A bus over the server or cluster at `url`. Returns even when it does not answer: the connection is made in the
    /// background and remade for ever, so a dead Redis stops neither the API nor the gateway. When it does answer, the
    /// bus is connected on return.
    ///
    /// # Errors
    /// Only when the URL itself cannot be used.
    pub async fn redis(url: &str, shutdown: &Shutdown) -> Result<Self, BusError> {
        RedisBus::start(url, shutdown).await.map(|bus| Self(Carrier::Redis(bus)))
    }

    /// A new listener that follows no branch yet. Over Redis each has a connection of its own: one a process is enough.
    #[must_use]
    pub fn listen(&self) -> BusListener {
        BusListener(match &self.0 {
            Carrier::InProcess(bus) => Listener::InProcess(bus.listen()),
            Carrier::Redis(bus) => Listener::Redis(bus.listen()),
        })
    }

    /// How the bus is, for health reports.
    #[must_use]
    pub fn health(&self) -> BusHealth {
        match &self.0 {
            Carrier::InProcess(_) => BusHealth { kind: BusKind::InProcess, connected: true, dropped: 0 },
            Carrier::Redis(bus) => {
                BusHealth { kind: BusKind::Redis, connected: bus.is_connected(), dropped: bus.dropped() }
            }
        }
    }
}

impl EventSink for Bus {
    fn publish(&self, events: Vec<Envelope>) {
        for envelope in events {
            match Published::new(envelope).map(Arc::new) {
                Ok(published) => match &self.0 {
                    Carrier::InProcess(bus) => bus.publish(published),
                    Carrier::Redis(bus) => bus.publish(published),
                },
                Err(error) => tracing::error!(%error, "an event does not serialize"),
            }
        }
    }
}

/// Hears the events of the branches it follows, each branch's in the order they were published.
#[derive(Debug)]
pub struct BusListener(Listener);

#[derive(Debug)]
enum Listener {
    InProcess(InProcessListener),
    Redis(RedisListener),
}

impl BusListener {
    /// Starts to hear a branch. When this returns, every event published from now on will be heard or covered by a
    /// [`BusMessage::Gap`]: read the log's head after it, not before. Over a dead Redis it returns at once, over one
    /// that hangs within about 2 s; the wish is remembered and the gap comes when it is fulfilled.
    ///
    /// # Errors
    /// [`BusError::Closed`] when the process is stopping.
    pub async fn follow(&mut self, branch: BranchId) -> Result<(), BusError> {
        match &mut self.0 {
            Listener::InProcess(listener) => listener.follow(branch),
            Listener::Redis(listener) => return listener.follow(branch).await,
        }
        Ok(())
    }

    /// Stops hearing a branch.
    pub async fn unfollow(&mut self, branch: BranchId) {
        match &mut self.0 {
            Listener::InProcess(listener) => listener.unfollow(branch),
            Listener::Redis(listener) => listener.unfollow(branch),
        }
    }

    /// The next message. Waits for ever when there is none, and loses nothing when dropped while waiting.
    pub async fn next(&mut self) -> BusMessage {
        match &mut self.0 {
            Listener::InProcess(listener) => listener.next().await,
            Listener::Redis(listener) => listener.next().await,
        }
    }
}
