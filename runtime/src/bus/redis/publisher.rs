//! Publishes from a bounded queue, so that no request ever waits for Redis.

use super::{
    HEARTBEAT, builder, connection,
    listener::RedisListener,
    rights::{PUBLISH, Rights, is_refusal},
};
use crate::{
    Shutdown,
    bus::{BusError, Published, channels},
};
use fred::{
    clients::Client,
    interfaces::{ClientLike, EventInterface, PubsubInterface},
    types::{Builder, ClusterHash, Value, config::Server},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{
        broadcast,
        mpsc::{self, error::TrySendError},
    },
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

/// Events waiting to be published: some seconds of the busiest evening, a few MiB at most.
const QUEUE: usize = 8_192;
/// Events sent in one round trip.
const BATCH: usize = 256;
/// How long a start waits for a server that neither answers nor refuses.
const FIRST_CONNECT: Duration = Duration::from_secs(1);

/// The publishing end.
#[derive(Clone, Debug)]
pub(in crate::bus) struct RedisBus(Arc<Publisher>);

#[derive(Debug)]
struct Publisher {
    client: Client,
    queue: mpsc::Sender<Arc<Published>>,
    dropped: Arc<AtomicU64>,
    rights: Arc<Rights>,
    builder: Builder,
    shutdown: Shutdown,
}

impl RedisBus {
    pub(in crate::bus) async fn start(url: &str, shutdown: &Shutdown, publishes: bool) -> Result<Self, BusError> {
        let builder = builder(url)?;
        let client = builder.build().map_err(BusError::Url)?;
        // Listeners use the same configuration; what fails for them must fail here, where it can be reported.
        builder.build_subscriber_client().map_err(BusError::Url)?;
        let (queue, events) = mpsc::channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let rights = Arc::<Rights>::default();
        let pump = Pump {
            client: client.clone(),
            builder: builder.clone(),
            dropped: dropped.clone(),
            rights: rights.clone(),
            publishes,
            shutdown: shutdown.clone(),
        };

        // Heard from before the first connection on.
        let connects = client.reconnect_rx();
        let (mut connected, mut failed) = (client.reconnect_rx(), client.error_rx());
        let closed = CancellationToken::new();
        shutdown.spawn_support(connection::keep(client.clone(), "publisher", closed.clone()));
        shutdown.spawn_support(pump.run(events, connects, closed));
        tokio::select! {
            _ = connected.recv() => {
                // The event precedes the client's own note of it by a few instructions.
                let _ = tokio::time::timeout(FIRST_CONNECT, client.wait_for_connect()).await;
            }
            _ = failed.recv() => {}
            () = tokio::time::sleep(FIRST_CONNECT) => {}
        }
        Ok(Self(Arc::new(Publisher { client, queue, dropped, rights, builder, shutdown: shutdown.clone() })))
    }

    pub(in crate::bus) fn publish(&self, published: Arc<Published>) {
        match self.0.queue.try_send(published) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => count_dropped(&self.0.dropped, 1),
        }
    }

    pub(in crate::bus) fn listen(&self) -> RedisListener {
        RedisListener::start(&self.0.builder, &self.0.rights, &self.0.shutdown)
    }

    pub(in crate::bus) fn refused(&self) -> Option<String> {
        self.0.rights.refused()
    }

    pub(in crate::bus) fn is_connected(&self) -> bool {
        self.0.client.is_connected()
    }

    pub(in crate::bus) fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }
}

fn count_dropped(dropped: &AtomicU64, events: usize) {
    dropped.fetch_add(events as u64, Ordering::Relaxed);
    metrics::counter!("bus_dropped_total").increment(events as u64);
}

/// Moves events from the queue to Redis, in order.
struct Pump {
    client: Client,
    builder: Builder,
    dropped: Arc<AtomicU64>,
    rights: Arc<Rights>,
    /// Whether this process publishes at all.
    publishes: bool,
    shutdown: Shutdown,
}

impl Pump {
    async fn run(
        self,
        mut events: mpsc::Receiver<Arc<Published>>,
        mut connects: broadcast::Receiver<Server>,
        closed: CancellationToken,
    ) {
        let _closed = closed.drop_guard();
        let mut batch = Vec::with_capacity(BATCH);
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                // Events first: what the last requests published before the stop still goes out.
                biased;
                received = events.recv_many(&mut batch, BATCH) => {
                    if received == 0 {
                        return;
                    }
                }
                () = self.shutdown.finished() => return,
                _ = connects.recv(), if self.publishes => {
                    self.ask_for_rights().await;
                    continue;
                }
                _ = heartbeat.tick() => {
                    self.try_connection().await;
                    continue;
                }
            }
            self.send(&batch).await;
            batch.clear();
        }
    }

    /// An unanswered ping is what makes fred give a dead connection up, and with it the health report's claim.
    async fn try_connection(&self) {
        if self.client.is_connected() {
            let reply: Result<Value, _> = self.client.ping(None).await;
            if let Ok(reply) = reply {
                let _ = Rights::ensure_alive(&self.client, &reply).await;
            }
            if !self.rights.has(PUBLISH) {
                self.ask_for_rights().await;
            }
        }
    }

    async fn ask_for_rights(&self) {
        // Any node of a cluster: users are made on each.
        let hash = ClusterHash::Custom(0);
        if let Err(error) = self.rights.ask(&self.builder, &hash, PUBLISH, channels::of_each_kind()).await {
            tracing::debug!(%error, "Redis does not tell what this user may publish");
        }
    }

    /// Publishes a batch in one pipeline. While there is no connection it is dropped at once: by the time Redis is back
    /// the gateways have read it from the log.
    async fn send(&self, batch: &[Arc<Published>]) {
        if !self.client.is_connected() {
            return count_dropped(&self.dropped, batch.len());
        }
        let pipeline = self.client.pipeline();
        let mut to = Vec::new();
        for event in batch {
            let mut carried = event.carried();
            for channel in channels::of(&event.envelope) {
                // Within a pipeline this only queues the command in memory.
                let queued: Result<(), _> = pipeline.publish(channel.clone(), carried).await;
                // Only the first is the gateways'; the others are told what clients are.
                carried = event.json.clone();
                if queued.is_ok() {
                    to.push(channel);
                }
            }
        }
        let results = pipeline.try_all::<i64>().await;
        let (failed, commands) = (results.iter().filter(|result| result.is_err()).count(), to.len());
        if failed == 0 {
            metrics::counter!("bus_published_total").increment(batch.len() as u64);
            return;
        }
        metrics::counter!("bus_publish_errors_total").increment(failed as u64);
        let refused = to.into_iter().zip(&results).filter(|(_, result)| result.as_ref().is_err_and(is_refusal));
        let refused: Vec<_> = refused.map(|(channel, _)| channel).collect();
        if !refused.is_empty() && self.rights.has(PUBLISH) {
            self.rights.note(PUBLISH, &refused);
        }
        if let Some(error) = results.iter().find_map(|result| result.as_ref().err()) {
            tracing::debug!(%error, failed, commands, "publishing failed");
        }
        // A pipeline that fails as a whole answers with a single error.
        if results.len() < commands || failed == commands {
            count_dropped(&self.dropped, batch.len());
        }
    }
}
