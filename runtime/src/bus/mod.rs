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
    BranchId, Clock,
    event::{Envelope, EventSink},
};
use in_process::{InProcessBus, InProcessListener};
pub use redis::BusCheckup;
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

/// How the audience stands at the end of an event on the bus.
const AUDIENCE: &str = r#","audience":""#;
const END: &str = r#""}"#;

/// What stands before the audience; `None` where that is not the last member.
fn without_audience(carried: &[u8]) -> Option<Bytes> {
    let rest = carried.strip_suffix(END.as_bytes())?;
    let at = rest.windows(AUDIENCE.len()).rposition(|window| window == AUDIENCE.as_bytes())?;
    let is_plain = !rest[at + AUDIENCE.len()..].iter().any(|byte| matches!(byte, b'"' | b'\\'));
    is_plain.then(|| [&rest[..at], b"}"].concat().into())
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

    /// What the bus carries between processes: the JSON that clients receive, with the audience as one more member at
    /// its end.
    #[must_use]
    pub fn carried(&self) -> Bytes {
        let (Some(audience), Some(open)) = (self.envelope.audience, self.json.strip_suffix(b"}")) else {
            return self.json.clone();
        };
        [open, AUDIENCE.as_bytes(), audience.text().as_bytes(), END.as_bytes()].concat().into()
    }

    /// Reads an event back from what the bus carries. What clients receive of it is kept byte for byte, without the
    /// audience.
    ///
    /// # Errors
    /// When it is no event.
    pub fn parse(carried: Bytes) -> serde_json::Result<Self> {
        let envelope: Envelope = serde_json::from_slice(&carried)?;
        let json = match (envelope.audience, without_audience(&carried)) {
            (None, _) => carried,
            (Some(_), Some(json)) => json,
            // Said otherwise than this version says it; what clients must not read is left out all the same.
            (Some(_), None) => serde_json::to_vec(&envelope)?.into(),
        };
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusHealth {
    /// Which kind.
    pub kind: BusKind,
    /// Whether events get through now. Without it they arrive about a second late, by way of the log.
    pub connected: bool,
    /// What Redis does not let this user do, in words; what it concerns arrives by way of the log, too.
    pub refused: Option<String>,
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
        RedisBus::start(url, shutdown, true).await.map(|bus| Self(Carrier::Redis(bus)))
    }

    /// [`Bus::redis`] for who only listens, and so need not have the right to publish.
    ///
    /// # Errors
    /// As [`Bus::redis`].
    pub async fn redis_to_listen(url: &str, shutdown: &Shutdown) -> Result<Self, BusError> {
        RedisBus::start(url, shutdown, false).await.map(|bus| Self(Carrier::Redis(bus)))
    }

    /// Looks at the server or cluster at `url` on a connection of its own, tried once: who it is, whether this user may
    /// use our channels, and what its clock says.
    ///
    /// # Errors
    /// Why it cannot be used, for people, without a password.
    pub async fn check_up(url: &str, clock: &dyn Clock) -> Result<BusCheckup, String> {
        redis::check_up(url, clock).await
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
            Carrier::InProcess(_) => BusHealth { kind: BusKind::InProcess, connected: true, refused: None, dropped: 0 },
            Carrier::Redis(bus) => BusHealth {
                kind: BusKind::Redis,
                connected: bus.is_connected(),
                refused: bus.refused(),
                dropped: bus.dropped(),
            },
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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::event::{Audience, EventType};

    const PLAIN: &str = r#"{"id":1,"epoch":"e","seq":1,"type":"ROUND_PRINTED","tenant_id":1,"branch_id":2,"table_id":null,"session_id":31,"sector_id":5,"entity":{"note": ",\"audience\":\"S\"}", "audience":"D"},"actor":{"user_id":null,"role":"PRINTER"},"ts":"2026-01-10T20:00:00+00:00","v":2}"#;

    fn with(more: &str) -> String {
        format!("{}{more}}}", PLAIN.strip_suffix('}').unwrap())
    }

    #[test]
    fn the_audience_is_carried_and_never_shown() {
        let heard = Published::parse(with(r#","audience":"Ws K""#).into()).unwrap();
        assert_eq!((heard.json.as_ref(), heard.envelope.heard_by()), (PLAIN.as_bytes(), Audience::read("Ws K")));
        assert_eq!(heard.carried(), with(r#","audience":"Ws K""#));
        let made = Published::new(heard.envelope.clone()).unwrap();
        let again = Published::parse(made.carried()).unwrap();
        assert_eq!((&again.json, again.envelope.heard_by()), (&made.json, Audience::read("Ws K")));
        assert!(!String::from_utf8_lossy(&made.json).contains("Ws K"));
    }

    #[test]
    fn an_older_version_says_nothing_and_its_types_do() {
        let older = PLAIN.replace("ROUND_PRINTED", "ROUND_READY");
        let heard = Published::parse(older.clone().into()).unwrap();
        assert_eq!(
            (heard.json.as_ref(), heard.envelope.heard_by()),
            (older.as_bytes(), EventType::RoundReady.audience())
        );
        assert_eq!(heard.carried(), older);
    }

    #[test]
    fn what_cannot_be_read_is_for_the_admins_and_not_shown_either() {
        for said in [
            r#","audience":3"#,
            r#","audience":["S"]"#,
            r#","audience":"S H""#,
            r#","audience":"S","w":1"#,
            r#","audience":"S\u0020D""#,
        ] {
            let heard = Published::parse(with(said).into()).unwrap();
            let shown: serde_json::Value = serde_json::from_slice(&heard.json).unwrap();
            assert!(shown.get("audience").is_none(), "{said}");
            let readable = said.contains("\"w\"") || said.contains("u0020");
            assert_eq!(heard.envelope.heard_by() == Audience::read("H"), !readable, "{said}");
        }
    }
}
