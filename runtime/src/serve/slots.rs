//! The connections of the process as numbers: who has a place, who gets one, and whose is taken for it.
//!
//! Plain data, without a socket and without a clock, so that every rule can be tried in a unit test.
//!
//! * An address holds a bounded number of slots, a trusted proxy as many as there are. The last tenth of all slots is
//!   for addresses that used a staff token within a day.
//! * Where a newcomer finds everything taken, the connection that kept us waiting longest goes: one that has not yet
//!   sent a whole request head or rests between two requests, or one that has been owing the rest of a body or the
//!   reading of an answer for a while; one that owes it only since a moment ago where there is no other. What is being
//!   worked on and what became a WebSocket is never touched: a connection is asked before it goes.
//! * Whoever was told to go and has a request all the same may stay if there is a place, as for a newcomer. So no bound
//!   is ever exceeded.
//! * For a full address it is one of its own. For a full process it is one of the address with the most that *wait*,
//!   not the most at all: a house whose hundreds of sockets are busy behind one address must not pay for a stranger's
//!   flood. Addresses of staff come last.
//!
//! Everything is ordered by when the client last did what it owed, in sets: taking a place costs a logarithm, whatever
//! the number of connections.

use super::Origin;
use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

/// How long an address counts as one of staff after it used a staff token.
const STAFF_DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Addresses of staff that are remembered. Only a good token adds one, so this bounds a mistake, not an attack.
const STAFF_ADDRESSES: usize = 65_536;
/// How long a request may owe us something before it may be ended for another one.
const STALL_GRACE: Duration = Duration::from_secs(3);
/// Addresses looked at for one that can give up a connection.
const TRIES: usize = 16;

/// How many connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// In this process.
    pub(super) total: usize,
    /// Of one address that is no trusted proxy.
    pub(super) per_address: usize,
}

impl Limits {
    /// The slots that only addresses of staff may use.
    const fn staff_only(self) -> usize {
        self.total / 10
    }

    /// How many connections of one proxy may wait for a request.
    fn waiting_per_proxy(self) -> usize {
        (self.total / 2).max(1)
    }
}

/// Names a connection.
pub(super) type SlotId = u64;

/// What a connection is doing, as far as its slot is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// Nothing yet, or nothing any more: no whole request head is here.
    Waiting,
    /// A request is under way, but its client owes the rest of the body or does not read the answer.
    Stalled,
    /// A request is being answered, or the connection became a WebSocket.
    Busy,
}

/// Why a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Its address holds all it may, each of them busy.
    Address,
    /// The process holds all it may, each of them busy.
    Total,
}

/// A place, and the connection that goes for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Admitted<H> {
    pub(super) id: SlotId,
    pub(super) evicted: Option<H>,
}

/// The way to a connection.
pub(super) trait Guest: Clone {
    /// Asks it to go. It does not while something is being worked on, whatever the slots know.
    fn leave(&self) -> bool;
    /// Tells it that it may stay.
    fn stay(&self);
}

/// All slots. `H` is the way to each connection.
#[derive(Debug)]
pub(super) struct Slots<H> {
    limits: Limits,
    next: SlotId,
    slots: HashMap<SlotId, Slot<H>>,
    origins: HashMap<Origin, Held>,
    /// Addresses with something that can be taken, by how much; those of staff apart.
    ordinary: BTreeSet<Rank>,
    of_staff: BTreeSet<Rank>,
    /// Slots taken by addresses of staff.
    staff_used: usize,
    /// Connections told to go that are not gone yet; they are in no other count.
    leaving: usize,
    staff_seen: HashMap<Origin, Instant>,
}

#[derive(Debug)]
struct Slot<H> {
    origin: Origin,
    doing: Doing,
    since: Instant,
    leaving: bool,
    handle: H,
}

/// The slots of one address.
#[derive(Debug, Default)]
struct Held {
    all: usize,
    staff: bool,
    waiting: BTreeSet<(Instant, SlotId)>,
    stalled: BTreeSet<(Instant, SlotId)>,
    rank: Option<Rank>,
}

/// The more an address could give up the higher, and of equals the one that keeps us waiting longest.
type Rank = (usize, Reverse<Instant>, Origin);

impl Held {
    fn rank(&self, origin: Origin) -> Option<Rank> {
        let oldest = self.waiting.first().into_iter().chain(self.stalled.first()).map(|(since, _)| *since).min()?;
        Some((self.waiting.len() + self.stalled.len(), Reverse(oldest), origin))
    }

    /// The connection that would go first.
    fn victim(&self, now: Instant) -> Option<SlotId> {
        let overdue = |(since, _): &&(Instant, SlotId)| now.duration_since(*since) >= STALL_GRACE;
        let stalled = self.stalled.first().filter(overdue);
        let first = self.waiting.first().into_iter().chain(stalled).min();
        // Without this, bodies that are begun anew every three seconds would keep everybody else out.
        first.or_else(|| self.stalled.first()).map(|(_, id)| *id)
    }

    fn set(&mut self, doing: Doing) -> Option<&mut BTreeSet<(Instant, SlotId)>> {
        match doing {
            Doing::Waiting => Some(&mut self.waiting),
            Doing::Stalled => Some(&mut self.stalled),
            Doing::Busy => None,
        }
    }
}

impl<H: Guest> Slots<H> {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            next: 0,
            slots: HashMap::new(),
            origins: HashMap::new(),
            ordinary: BTreeSet::new(),
            of_staff: BTreeSet::new(),
            staff_used: 0,
            leaving: 0,
            staff_seen: HashMap::new(),
        }
    }

    /// Gives a newcomer a slot, if need be another's.
    pub(super) fn admit(&mut self, origin: Origin, now: Instant, handle: H) -> Result<Admitted<H>, Refused> {
        let evicted = self.make_place(origin, now)?;
        let id = self.next;
        self.next += 1;
        self.slots.insert(id, Slot { origin, doing: Doing::Waiting, since: now, leaving: false, handle });
        self.count(origin, now);
        self.change(origin, |held| {
            held.waiting.insert((now, id));
        });
        Ok(Admitted { id, evicted })
    }

    /// A connection that was told to go has a request: it stays if there is a place, as for a newcomer.
    pub(super) fn stay(&mut self, id: SlotId, now: Instant) -> Result<Option<H>, Refused> {
        let Some(origin) = self.slots.get(&id).filter(|slot| slot.leaving).map(|slot| slot.origin) else {
            return Ok(None);
        };
        let evicted = self.make_place(origin, now)?;
        if let Some(slot) = self.slots.get_mut(&id) {
            (slot.leaving, slot.doing, slot.since) = (false, Doing::Busy, now);
            slot.handle.stay();
            self.leaving -= 1;
            self.count(origin, now);
        }
        Ok(evicted)
    }

    /// Finds a place for one more of `origin`, if need be another's, who is told so.
    fn make_place(&mut self, origin: Origin, now: Instant) -> Result<Option<H>, Refused> {
        let staff = self.staff(origin, now);
        while let Some(victim) = self.whom_to_replace(origin, staff, now)? {
            let evicted = self.evict(victim, now);
            if evicted.is_some() {
                return Ok(evicted);
            }
        }
        Ok(None)
    }

    /// Who has to go for one more of `origin`; `None` where there is a place.
    fn whom_to_replace(&self, origin: Origin, staff: bool, now: Instant) -> Result<Option<SlotId>, Refused> {
        match self.own_victim(origin, now) {
            Ok(None) if !self.has_room(staff) => self.any_victim(staff, now).map(Some).ok_or(Refused::Total),
            // Everything of the address is at work, a house full of sockets perhaps, and staff are at it, too.
            Err(Refused::Address) if staff && self.has_room(true) && self.within_overflow(origin) => Ok(None),
            own => own,
        }
    }

    /// Counts one more of `origin`.
    fn count(&mut self, origin: Origin, now: Instant) {
        let staff = self.staff(origin, now);
        self.staff_used += usize::from(staff);
        self.change(origin, |held| {
            held.all += 1;
            held.staff = staff;
        });
    }

    /// Makes room for whatever else needs a descriptor.
    pub(super) fn evict_one(&mut self, now: Instant) -> Option<H> {
        loop {
            let victim = self.any_victim(true, now)?;
            let evicted = self.evict(victim, now);
            if evicted.is_some() {
                return evicted;
            }
        }
    }

    /// Notes what a connection does from `since` on.
    pub(super) fn tell(&mut self, id: SlotId, doing: Doing, since: Instant) {
        let Some(slot) = self.slots.get_mut(&id).filter(|slot| !slot.leaving) else { return };
        let (origin, before) = (slot.origin, (slot.doing, slot.since));
        (slot.doing, slot.since) = (doing, since);
        self.change(origin, |held| {
            if let Some(set) = held.set(before.0) {
                set.remove(&(before.1, id));
            }
            if let Some(set) = held.set(doing) {
                set.insert((since, id));
            }
        });
    }

    /// The connection is gone, and with it its descriptor.
    pub(super) fn release(&mut self, id: SlotId) {
        let Some(slot) = self.slots.remove(&id) else { return };
        if slot.leaving {
            self.leaving -= 1;
        } else {
            self.uncount(&slot, id);
        }
    }

    /// Notes that a good staff token came from `origin`.
    pub(super) fn note_staff(&mut self, origin: Origin, now: Instant) {
        if self.staff_seen.len() >= STAFF_ADDRESSES && !self.staff_seen.contains_key(&origin) {
            self.staff_seen.retain(|_, seen| now.duration_since(*seen) < STAFF_DAY);
            if self.staff_seen.len() >= STAFF_ADDRESSES {
                return;
            }
        }
        self.staff_seen.insert(origin, now);
        self.staff(origin, now);
    }

    /// Whether `origin` used a staff token within a day; its connections are counted accordingly from now on.
    pub(super) fn staff(&mut self, origin: Origin, now: Instant) -> bool {
        let seen = self.staff_seen.get(&origin).copied();
        let staff = seen.is_some_and(|seen| now.duration_since(seen) < STAFF_DAY);
        if seen.is_some() && !staff {
            self.staff_seen.remove(&origin);
        }
        if let Some(held) = self.origins.get(&origin).filter(|held| held.staff != staff) {
            let all = held.all;
            self.staff_used = if staff { self.staff_used + all } else { self.staff_used.saturating_sub(all) };
            self.change(origin, |held| held.staff = staff);
        }
        staff
    }

    /// How many connections are told to go and not gone yet.
    pub(super) fn leaving(&self) -> usize {
        self.leaving
    }

    /// How many connections have a slot.
    pub(super) fn used(&self) -> usize {
        self.slots.len() - self.leaving
    }

    fn has_room(&self, staff: bool) -> bool {
        let reserved = if staff { 0 } else { self.limits.staff_only() };
        self.used() + reserved < self.limits.total
    }

    /// Whether an address of staff holds less than its own share and all that is reserved for staff.
    fn within_overflow(&self, origin: Origin) -> bool {
        let most = self.limits.per_address + self.limits.staff_only();
        self.origins.get(&origin).is_none_or(|held| held.all < most)
    }

    /// Whom a full address replaces; `None` while it is not full.
    fn own_victim(&self, origin: Origin, now: Instant) -> Result<Option<SlotId>, Refused> {
        let Some(held) = self.origins.get(&origin) else { return Ok(None) };
        let full = match origin {
            Origin::Address(_) => held.all >= self.limits.per_address,
            Origin::Proxy(_) => held.waiting.len() >= self.limits.waiting_per_proxy(),
        };
        if !full {
            return Ok(None);
        }
        held.victim(now).map(Some).ok_or(Refused::Address)
    }

    /// Whom a full process replaces. What staff hold within their tenth is only given up for staff.
    fn any_victim(&self, staff: bool, now: Instant) -> Option<SlotId> {
        let of = |ranks: &BTreeSet<Rank>| {
            let origins = ranks.iter().rev().take(TRIES).filter_map(|(_, _, origin)| self.origins.get(origin));
            origins.filter_map(|held| held.victim(now)).next()
        };
        let beyond_theirs = staff || self.staff_used > self.limits.staff_only();
        of(&self.ordinary).or_else(|| of(&self.of_staff).filter(|_| beyond_theirs))
    }

    /// Tells a connection to go. One that is at work by now is noted as that and stays.
    fn evict(&mut self, id: SlotId, now: Instant) -> Option<H> {
        if !self.slots.get(&id)?.handle.leave() {
            self.tell(id, Doing::Busy, now);
            return None;
        }
        let mut slot = self.slots.remove(&id)?;
        self.uncount(&slot, id);
        slot.leaving = true;
        let handle = slot.handle.clone();
        self.slots.insert(id, slot);
        self.leaving += 1;
        Some(handle)
    }

    fn uncount(&mut self, slot: &Slot<H>, id: SlotId) {
        let (doing, since) = (slot.doing, slot.since);
        let staff = self.origins.get(&slot.origin).is_some_and(|held| held.staff);
        self.staff_used -= usize::from(staff);
        self.change(slot.origin, |held| {
            held.all -= 1;
            if let Some(set) = held.set(doing) {
                set.remove(&(since, id));
            }
        });
    }

    /// Changes what an address holds and keeps its rank true.
    fn change(&mut self, origin: Origin, change: impl FnOnce(&mut Held)) {
        let held = self.origins.entry(origin).or_default();
        if let Some(rank) = held.rank.take() {
            let ranks = if held.staff { &mut self.of_staff } else { &mut self.ordinary };
            ranks.remove(&rank);
        }
        change(held);
        if held.all == 0 {
            self.origins.remove(&origin);
            return;
        }
        held.rank = held.rank(origin);
        if let Some(rank) = held.rank {
            let ranks = if held.staff { &mut self.of_staff } else { &mut self.ordinary };
            ranks.insert(rank);
        }
    }
}

#[cfg(test)]
mod tests;
