//! The connections of the process, over all its ports: the slots behind a lock, and what is told of them.

use super::{
    Origin, Proxies, counted, descriptors,
    patience::Patience,
    requests::{Answering, Requests},
    slots::{Doing, Limits, Refused, SlotId, Slots},
    throttle::Throttle,
};
use crate::{Problem, config::ConnectionSettings};
use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// Slots beside the gateway's sockets that a process without a setting takes at most: each costs memory.
const BESIDE_SOCKETS: usize = 12_288;
/// Connections told to go that accepting waits for: they still hold a descriptor each.
const LEAVING: usize = 32;
/// How long it waits for them.
const PARTING: Duration = Duration::from_secs(1);

/// All connections of this process; cheap to clone.
#[derive(Clone, Debug)]
pub struct Connections(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    slots: Mutex<Slots<Victim>>,
    requests: Requests,
    proxies: Proxies,
    patience: Patience,
    /// Somebody who was told to go is gone.
    gone: Notify,
    full: Throttle,
}

/// A connection that can be told to go.
#[derive(Clone, Debug)]
pub(super) struct Victim {
    server: &'static str,
    go: Arc<Notify>,
}

/// A connection's slot; dropping it gives it back. The socket itself keeps it, so that it is taken exactly as long as a
/// descriptor is, WebSockets included.
#[derive(Debug)]
pub(super) struct Place {
    connections: Connections,
    server: &'static str,
    id: SlotId,
    /// Notified when the connection has to go.
    pub(super) go: Arc<Notify>,
}

impl Connections {
    /// Raises the process's limit of open files and derives from it how many connections there may be.
    ///
    /// `database` is how many connections the database pool may open, `sockets` how many WebSockets the gateway may
    /// keep.
    #[must_use]
    pub fn of_process(settings: &ConnectionSettings, database: usize, sockets: usize) -> Self {
        let limit = descriptors::raise();
        let most = limit.slots(database);
        let total = settings.total.unwrap_or(sockets.saturating_add(BESIDE_SOCKETS)).min(most);
        tracing::info!(
            file_limit_before = limit.before,
            file_limit = limit.now,
            connections = total,
            "limit of open files"
        );
        if settings.total.is_some_and(|wanted| wanted > total) {
            tracing::warn!(
                connections = total,
                "COMANDA_CONNECTIONS is more than the limit of open files has room for"
            );
        }
        metrics::gauge!("http_connection_slots").set(u32::try_from(total).unwrap_or(u32::MAX));
        Self::new(Limits { total, per_address: settings.per_address }, settings.proxies.clone(), Patience::default())
    }

    pub(super) fn new(limits: Limits, proxies: Proxies, patience: Patience) -> Self {
        Self(Arc::new(Inner {
            slots: Mutex::new(Slots::new(limits)),
            requests: Requests::new(limits.total, limits.per_address),
            proxies,
            patience,
            gone: Notify::new(),
            full: Throttle::default(),
        }))
    }

    /// Gives a newcomer a place, and tells whoever has to go for it.
    pub(super) fn admit(&self, peer: IpAddr, server: &'static str) -> Result<Place, Refused> {
        let go = Arc::new(Notify::new());
        let origin = Origin::of(peer, &self.0.proxies);
        let victim = Victim { server, go: Arc::clone(&go) };
        let admitted = self.slots().admit(origin, Instant::now(), victim);
        let admitted = admitted.inspect_err(|refused| self.refused(server, peer, *refused))?;
        if let Some(victim) = admitted.evicted {
            evict(&victim);
        }
        metrics::gauge!("http_connections_open", "server" => server).increment(1);
        metrics::counter!("http_connections_accepted_total", "server" => server).increment(1);
        Ok(Place { connections: self.clone(), server, id: admitted.id, go })
    }

    /// Makes room when there are no descriptors left although there are slots: something else of ours took them.
    pub(super) fn make_room(&self) {
        let victim = self.slots().evict_one(Instant::now());
        if let Some(victim) = victim {
            evict(&victim);
        }
    }

    /// Waits while too many of those told to go still hold their descriptors.
    pub(super) async fn settled(&self) {
        let gone = async {
            loop {
                let gone = self.0.gone.notified();
                if self.slots().leaving() < LEAVING {
                    return;
                }
                gone.await;
            }
        };
        let _ = tokio::time::timeout(PARTING, gone).await;
    }

    pub(super) fn is_proxy(&self, peer: IpAddr) -> bool {
        self.0.proxies.trusts(peer)
    }

    pub(super) fn patience(&self) -> &Patience {
        &self.0.patience
    }

    /// What the serve loop tells the handlers about who is calling.
    pub(super) fn peer(&self, address: IpAddr, headers: &http::HeaderMap) -> Peer {
        let client = self.0.proxies.client(address, headers);
        Peer { connections: self.clone(), client, origin: Origin::of(address, &self.0.proxies) }
    }

    fn refused(&self, server: &'static str, peer: IpAddr, refused: Refused) {
        let reason = match refused {
            Refused::Address => "address",
            Refused::Total => "total",
        };
        metrics::counter!("http_connections_refused_total", "server" => server, "reason" => reason).increment(1);
        if let Some(silenced) = self.0.full.ask() {
            tracing::warn!(%peer, reason, silenced, "a connection was refused: too many are open, and all of them busy");
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots<Victim>> {
        self.0.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn evict(victim: &Victim) {
    metrics::counter!("http_connections_evicted_total", "server" => victim.server).increment(1);
    victim.go.notify_one();
}

impl Place {
    /// Notes what the connection does from `since` on.
    pub(super) fn tell(&self, doing: Doing, since: Instant) {
        self.connections.slots().tell(self.id, doing, since);
    }

    /// Notes that the connection was told to go and has a request to answer first.
    pub(super) fn keep(&self) {
        self.connections.slots().keep(self.id);
        self.connections.0.gone.notify_one();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.slots().release(self.id);
        self.connections.0.gone.notify_one();
        metrics::gauge!("http_connections_open", "server" => self.server).decrement(1);
    }
}

/// Who sent a request: an extension of every request that [`serve`](super::serve) takes.
#[derive(Clone, Debug)]
pub struct Peer {
    connections: Connections,
    client: IpAddr,
    origin: Origin,
}

impl Peer {
    /// The client's address, as a trusted proxy tells it or as the connection shows it.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.client
    }

    /// Notes that a good staff token came with this request: for a day the address may use the slots kept for staff.
    /// Only to be called when the token was verified.
    pub fn note_staff(&self) {
        let now = Instant::now();
        self.connections.slots().note_staff(self.origin, now);
        if matches!(self.origin, Origin::Proxy(_)) {
            self.connections.slots().note_staff(self.behind(), now);
        }
    }

    /// Takes a place among the requests that are being answered. Clients with connections of their own are bounded by
    /// those; clients behind a proxy share its connections and are counted here.
    pub(super) fn begin(&self) -> Result<Option<Answering>, Problem> {
        if matches!(self.origin, Origin::Address(_)) {
            return Ok(None);
        }
        let staff = self.connections.slots().staff(self.behind(), Instant::now());
        let begun = self.connections.0.requests.begin(counted(self.client), staff);
        begun.map(Some).ok_or_else(|| {
            metrics::counter!("http_requests_refused_total").increment(1);
            Problem::unavailable("Too many requests at once, please try again").retry_after(1)
        })
    }

    fn behind(&self) -> Origin {
        Origin::Address(counted(self.client))
    }
}
