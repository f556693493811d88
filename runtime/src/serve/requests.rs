//! The requests under way, so that nobody's keep everybody else's waiting: first those whose body is still on its way,
//! then those that are worked on.
//!
//! * A request whose body is not here yet **arrives**. It is never refused; where there are too many, or too many bytes
//!   of them, one gives way that arrived long ago: of the client itself, or of the client with the most. So half-sent
//!   bodies cost nobody but their sender a place, and their memory is bounded.
//! * With the end of its body it **begins**. What clients with connections of their own have at work is bounded by
//!   those; a proxy's connections are not counted by client, so that without a bound here one client could have all of
//!   them at work.

use super::standing::Rank;
use crate::Problem;
use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use tokio::sync::Notify;

/// Bytes of bodies that are not whole yet, of the whole process: twelve pictures, or orders by the thousand.
const HALF_READ: usize = 64 << 20;
/// So many more bytes of a body count as a new arrival: a picture over a bad network is slow, but no longer idle.
const PROGRESS: usize = 8 * 1024;

/// The requests under way, by client.
#[derive(Clone, Debug)]
pub(super) struct Requests(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bounds: Bounds,
    book: Mutex<Book>,
}

/// How many there may be, of either kind.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    total: usize,
    per_client: usize,
    bytes: usize,
}

impl Bounds {
    /// The share that is kept for staff.
    const fn reserve(self) -> usize {
        self.total / 10
    }

    /// Whether one more may begin beside `all`, of which `own` are the client's. An address of staff may use what is
    /// kept for staff; a token of staff proves more than an address, behind which there are guests too, and always
    /// finds a place that those cannot take.
    fn has_room(self, rank: Rank, all: usize, own: usize) -> bool {
        match rank {
            Rank::Stranger => all + self.reserve() < self.total && own < self.per_client,
            Rank::StaffAddress => all < self.total && own < self.per_client + self.reserve(),
            Rank::StaffToken => all < self.total + self.reserve().max(1),
        }
    }
}

#[derive(Debug, Default)]
struct Book {
    next: u64,
    clients: HashMap<IpAddr, Client>,
    /// Clients with something arriving, by how much, and of equals the one whose first came first.
    ranks: BTreeSet<(usize, Reverse<Instant>, IpAddr)>,
    entries: HashMap<u64, Entry>,
    arriving: usize,
    bytes: usize,
    working: usize,
}

/// A client's requests.
#[derive(Debug, Default)]
struct Client {
    arriving: BTreeSet<(Instant, u64)>,
    working: usize,
}

#[derive(Debug)]
struct Entry {
    who: Requester,
    phase: Phase,
    refused: Arc<Notify>,
}

/// Whose a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Requester {
    pub(super) client: IpAddr,
    /// Whether it came through a proxy, so that its client is bounded here.
    pub(super) proxied: bool,
    pub(super) rank: Rank,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Since when, how many bytes are here, and how many of them since then.
    Arriving {
        since: Instant,
        bytes: usize,
        fresh: usize,
    },
    Working,
    Refused,
}

impl Requests {
    /// Half of the `slots` for requests under way, and a quarter of that for one client, at most `per_client`.
    pub(super) fn new(slots: usize, per_client: usize) -> Self {
        let total = (slots / 2).max(1);
        Self::bounded(Bounds { total, per_client: (total / 4).clamp(1, per_client.max(1)), bytes: HALF_READ })
    }

    fn bounded(bounds: Bounds) -> Self {
        Self(Arc::new(Inner { bounds, book: Mutex::default() }))
    }

    /// Notes that a request's head is here.
    pub(super) fn arrive(&self, who: Requester, now: Instant) -> Turn {
        let refused = Arc::new(Notify::new());
        let mut book = self.book();
        let id = book.next;
        book.next += 1;
        let phase = Phase::Arriving { since: now, bytes: 0, fresh: 0 };
        book.entries.insert(id, Entry { who, phase, refused: Arc::clone(&refused) });
        book.change(who.client, |client| {
            client.arriving.insert((now, id));
        });
        book.arriving += 1;
        book.make_room(self.0.bounds, who.client);
        drop(book);
        Turn { requests: self.clone(), id, refused }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a client hears for whose request there is no room.
pub(super) fn crowded() -> Problem {
    Problem::unavailable("Too many requests at once, please try again").retry_after(1)
}

/// A request under way; dropping it counts it out.
#[derive(Debug)]
pub(super) struct Turn {
    requests: Requests,
    id: u64,
    refused: Arc<Notify>,
}

impl Turn {
    /// Notes that so much more of the body is here. Whether the request is still wanted.
    pub(super) fn grow(&self, bytes: usize) -> bool {
        self.grow_at(bytes, Instant::now())
    }

    fn grow_at(&self, more: usize, now: Instant) -> bool {
        let mut book = self.requests.book();
        let Some(entry) = book.entries.get_mut(&self.id) else { return false };
        let client = entry.who.client;
        let Phase::Arriving { since, bytes, fresh } = entry.phase else { return entry.phase == Phase::Working };
        let (bytes, fresh) = (bytes + more, fresh + more);
        let is_progress = fresh >= PROGRESS;
        let (begin, fresh) = if is_progress { (now, 0) } else { (since, fresh) };
        entry.phase = Phase::Arriving { since: begin, bytes, fresh };
        book.bytes += more;
        if is_progress {
            book.change(client, |client| {
                client.arriving.remove(&(since, self.id));
                client.arriving.insert((begin, self.id));
            });
        }
        book.make_room(self.requests.0.bounds, client);
        book.entries.get(&self.id).is_some_and(|entry| entry.phase != Phase::Refused)
    }

    /// Notes that nothing more of the body is waited for. Whether the request may be worked on.
    pub(super) fn begin(&self) -> bool {
        let mut book = self.requests.book();
        let Some(entry) = book.entries.get(&self.id) else { return false };
        let Entry { who, phase: phase @ Phase::Arriving { .. }, .. } = *entry else {
            return entry.phase == Phase::Working;
        };
        book.take_from_arriving(self.id, who.client, phase);
        let own = book.clients.get(&who.client).map_or(0, |client| client.working);
        if who.proxied && !self.requests.0.bounds.has_room(who.rank, book.working, own) {
            book.refuse(self.id);
            return false;
        }
        if who.proxied {
            book.working += 1;
            book.change(who.client, |client| client.working += 1);
        }
        if let Some(entry) = book.entries.get_mut(&self.id) {
            entry.phase = Phase::Working;
        }
        true
    }

    /// Waits until the request has to give way; for ever, if it need not.
    pub(super) async fn refused(&self) {
        self.refused.notified().await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut book = self.requests.book();
        let Some(Entry { who, phase, .. }) = book.entries.remove(&self.id) else { return };
        match phase {
            Phase::Arriving { .. } => book.take_from_arriving(self.id, who.client, phase),
            Phase::Working if who.proxied => {
                book.working -= 1;
                book.change(who.client, |client| client.working -= 1);
            }
            Phase::Working | Phase::Refused => {}
        }
    }
}

impl Book {
    /// Lets go of what arrived long ago until all bounds hold: first of `client`, who came just now.
    fn make_room(&mut self, bounds: Bounds, client: IpAddr) {
        while self.clients.get(&client).is_some_and(|client| client.arriving.len() > bounds.per_client) {
            self.refuse_first_of(client);
        }
        while self.arriving > bounds.total || self.bytes > bounds.bytes {
            let Some((_, _, most)) = self.ranks.last().copied() else { return };
            self.refuse_first_of(most);
        }
    }

    fn refuse_first_of(&mut self, client: IpAddr) {
        let Some((_, id)) = self.clients.get(&client).and_then(|client| client.arriving.first().copied()) else {
            return;
        };
        if let Some(phase) = self.entries.get(&id).map(|entry| entry.phase) {
            self.take_from_arriving(id, client, phase);
        }
        self.refuse(id);
    }

    fn refuse(&mut self, id: u64) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.phase = Phase::Refused;
            entry.refused.notify_one();
        }
    }

    fn take_from_arriving(&mut self, id: u64, client: IpAddr, phase: Phase) {
        let Phase::Arriving { since, bytes, .. } = phase else { return };
        self.arriving -= 1;
        self.bytes -= bytes;
        self.change(client, |client| {
            client.arriving.remove(&(since, id));
        });
    }

    /// Changes what is known of a client and keeps its rank true.
    fn change(&mut self, address: IpAddr, change: impl FnOnce(&mut Client)) {
        let rank = |client: &Client| {
            let first = client.arriving.first()?;
            Some((client.arriving.len(), Reverse(first.0), address))
        };
        let client = self.clients.entry(address).or_default();
        if let Some(rank) = rank(client) {
            self.ranks.remove(&rank);
        }
        change(client);
        if let Some(rank) = rank(client) {
            self.ranks.insert(rank);
        } else if client.working == 0 {
            self.clients.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests;
