//! The connections of the process, over all its ports: the slots behind a lock, and what is told of them.

use super::{
    Origin, Proxies, descriptors,
    patience::Patience,
    peer::Peer,
    requests::Requests,
    slots::{Doing, Guest, Limits, Refused, SlotId, Slots},
    standing::StaffTokens,
    talk::Talk,
    throttle::Throttle,
};
use crate::config::ConnectionSettings;
use http::{HeaderMap, header};
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
/// How long it waits for them: nobody who was told to go has anything to finish, so they are gone as soon as their turn
/// comes, and a newcomer must not pay for one who is not.
const PARTING: Duration = Duration::from_millis(100);
/// The share of the slots that WebSockets leave to everything else, one part in …
const BESIDE_SHARE: usize = 4;
/// The largest share of them that one address has, one part in …
const ADDRESS_SHARE: usize = 2;

/// All connections of this process; cheap to clone.
#[derive(Clone, Debug)]
pub struct Connections(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    slots: Mutex<Slots<Line>>,
    total: usize,
    requests: Requests,
    tokens: StaffTokens,
    proxies: Proxies,
    patience: Patience,
    /// Somebody who was told to go is gone.
    gone: Notify,
    full: Throttle,
}

/// The way to a connection that can be told to go.
#[derive(Clone, Debug)]
pub(super) struct Line {
    server: &'static str,
    talk: Arc<Talk>,
    go: Arc<Notify>,
}

impl Guest for Line {
    fn leave(&self) -> bool {
        let leaves = self.talk.leave();
        if leaves {
            metrics::counter!("http_connections_evicted_total", "server" => self.server).increment(1);
            self.go.notify_one();
        }
        leaves
    }

    fn stay(&self) {
        self.talk.stay();
    }
}

/// A connection's slot; dropping it gives it back. The socket itself keeps it, so that it is taken exactly as long as a
/// descriptor is, WebSockets included.
#[derive(Debug)]
pub(super) struct Place {
    connections: Connections,
    server: &'static str,
    peer: IpAddr,
    id: SlotId,
    /// What is said on the connection, and whether it was told to go.
    pub(super) talk: Arc<Talk>,
    /// Notified when it was.
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
        let per_address = settings.per_address.min(total / ADDRESS_SHARE).max(1);
        Self::new(Limits { total, per_address }, settings.proxies.clone(), Patience::default())
    }

    /// How many of `wanted` WebSockets there may be: they are never replaced, and what else comes needs places, too.
    #[must_use]
    pub fn sockets(&self, wanted: usize) -> usize {
        let room = (self.0.total - self.0.total / BESIDE_SHARE).max(1);
        if wanted > room {
            tracing::warn!(sockets = room, wanted, "COMANDA_WS_MAX_SOCKETS is more than there is room for");
        }
        wanted.min(room)
    }

    pub(super) fn new(limits: Limits, proxies: Proxies, patience: Patience) -> Self {
        Self(Arc::new(Inner {
            slots: Mutex::new(Slots::new(limits)),
            total: limits.total,
            tokens: StaffTokens::default(),
            requests: Requests::new(limits.total, limits.per_address),
            proxies,
            patience,
            gone: Notify::new(),
            full: Throttle::default(),
        }))
    }

    /// Gives a newcomer a place, and tells whoever has to go for it.
    pub(super) fn admit(&self, peer: IpAddr, server: &'static str) -> Result<Place, Refused> {
        let (go, origin) = (Arc::new(Notify::new()), Origin::of(peer, &self.0.proxies));
        let talk = Arc::new(Talk::new(self.0.patience, matches!(origin, Origin::Proxy(_))));
        let line = Line { server, talk: Arc::clone(&talk), go: Arc::clone(&go) };
        let admitted = self.slots().admit(origin, Instant::now(), line);
        let id = admitted.inspect_err(|refused| self.refused(server, peer, *refused))?.id;
        metrics::gauge!("http_connections_open", "server" => server).increment(1);
        metrics::counter!("http_connections_accepted_total", "server" => server).increment(1);
        Ok(Place { connections: self.clone(), server, peer, id, talk, go })
    }

    /// Makes room when there are no descriptors left although there are slots: something else of ours took them.
    pub(super) fn make_room(&self) {
        self.slots().evict_one(Instant::now());
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

    pub(super) fn patience(&self) -> &Patience {
        &self.0.patience
    }

    /// What the serve loop tells the handlers about who is calling.
    pub(super) fn peer(&self, address: IpAddr, headers: &HeaderMap) -> Peer {
        let token = headers.get(header::AUTHORIZATION).map(|value| self.tokens().digest(value.as_bytes()));
        let client = self.0.proxies.client(address, headers);
        Peer { connections: self.clone(), client, origin: Origin::of(address, &self.0.proxies), token }
    }

    pub(super) fn requests(&self) -> &Requests {
        &self.0.requests
    }

    pub(super) fn tokens(&self) -> &StaffTokens {
        &self.0.tokens
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

    pub(super) fn slots(&self) -> MutexGuard<'_, Slots<Line>> {
        self.0.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Notes what the connection does from `since` on.
    pub(super) fn tell(&self, doing: Doing, since: Instant) {
        self.connections.slots().tell(self.id, doing, since);
    }

    /// Whether the request that has just come may be answered: always, unless the connection was told to go and finds
    /// no place again.
    pub(super) fn stay(&self) -> bool {
        if !self.talk.is_leaving() {
            return true;
        }
        let stayed = self.connections.slots().stay(self.id, Instant::now());
        self.connections.0.gone.notify_waiters();
        stayed.inspect_err(|refused| self.connections.refused(self.server, self.peer, *refused)).is_ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.slots().release(self.id);
        self.connections.0.gone.notify_waiters();
        metrics::gauge!("http_connections_open", "server" => self.server).decrement(1);
    }
}
