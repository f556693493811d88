//! Notifications that wait for their time, for their turn, or for a later one to overtake them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rand::seq::SliceRandom;

use crate::clock::delta;
use crate::delivery::{Delivery, DeliveryFault, Format};
use crate::state::State;

/// Deliveries under way at once; the rest of a storm waits.
const PARALLEL: usize = 128;

/// A notification held back goes out after this at the latest.
const HELD: TimeDelta = TimeDelta::seconds(10);

/// Why a notification waits beyond its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    No,
    /// Until a later one of this payment was delivered.
    Overtaken(u64),
    /// Until enough others wait with it.
    Bag,
}

#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) delivery: Delivery,
    hold: Hold,
    /// Of one lane, only one is under way.
    lane: Option<u64>,
}

/// When, and in what order within an instant.
type Slot = (DateTime<Utc>, u64);

#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: BTreeMap<Slot, Waiting>,
    in_flight: usize,
    busy_lanes: BTreeSet<u64>,
    issued: u64,
    /// Nothing goes out while the provider is down.
    pub(crate) paused: bool,
}

impl Queue {
    fn push(&mut self, due: DateTime<Utc>, waiting: Waiting) {
        self.issued += 1;
        self.waiting.insert((due, self.issued), waiting);
    }

    /// Takes what may go out now.
    pub(crate) fn take_due(&mut self, now: DateTime<Utc>) -> Vec<Waiting> {
        let mut taken = Vec::new();
        if self.paused {
            return taken;
        }
        let due: Vec<Slot> = self.waiting.range(..=(now, u64::MAX)).map(|(slot, _)| *slot).collect();
        for slot in due {
            if self.in_flight >= PARALLEL {
                break;
            }
            if self.waiting[&slot].lane.is_some_and(|lane| !self.busy_lanes.insert(lane)) {
                continue;
            }
            taken.extend(self.waiting.remove(&slot));
            self.in_flight += 1;
        }
        taken
    }

    /// One has been delivered, or has failed: what waited for it may go.
    pub(crate) fn finished(&mut self, waiting: &Waiting, now: DateTime<Utc>) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(lane) = waiting.lane {
            self.busy_lanes.remove(&lane);
        }
        if let Some(payment) = waiting.delivery.payment {
            self.release(now, |hold| hold == Hold::Overtaken(payment));
        }
    }

    /// Whether nothing is due or under way.
    pub(crate) fn idle(&self, now: DateTime<Utc>) -> bool {
        let due = self.waiting.first_key_value().is_some_and(|((due, _), _)| *due <= now);
        self.in_flight == 0 && (self.paused || !due)
    }

    /// When the next one is due; one that waits for its lane is woken by that lane.
    pub(crate) fn next_due(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.waiting.range((now, u64::MAX)..).map(|((due, _), _)| *due).next()
    }

    /// All instants at which something is scheduled.
    pub(crate) fn schedule(&self) -> Vec<DateTime<Utc>> {
        self.waiting.keys().map(|(due, _)| *due).collect()
    }

    /// Sends nothing any more: what is under way is cut and counts as ended.
    pub(crate) fn halt(&mut self) {
        self.paused = true;
        self.in_flight = 0;
    }

    /// Forgets all that waits.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Lets everything that is held back go.
    pub(crate) fn release_held(&mut self, now: DateTime<Utc>) {
        self.release(now, |hold| hold != Hold::No);
    }

    fn release(&mut self, now: DateTime<Utc>, wanted: impl Fn(Hold) -> bool) {
        for waiting in self.take(wanted) {
            self.push(now, Waiting { hold: Hold::No, ..waiting });
        }
    }

    fn take(&mut self, wanted: impl Fn(Hold) -> bool) -> Vec<Waiting> {
        let slots: Vec<Slot> =
            self.waiting.iter().filter(|(_, waiting)| wanted(waiting.hold)).map(|(slot, _)| *slot).collect();
        slots.into_iter().filter_map(|slot| self.waiting.remove(&slot)).collect()
    }
}

/// Puts a notification in the queue, as the faults that strike it allow.
pub(crate) fn enqueue(state: &mut State, mut delivery: Delivery, mut due: DateTime<Utc>) {
    let (mut copies, mut storm, mut hold, mut bag) = (0, None, Hold::No, None);
    for fault in state.rules.strike_delivery(&delivery) {
        match fault {
            DeliveryFault::Drop => return state.journal.drop_one(),
            DeliveryFault::IpnOnly if delivery.format == Format::Webhook => return state.journal.drop_one(),
            DeliveryFault::IpnOnly => {}
            DeliveryFault::Duplicate(more) => copies += more,
            DeliveryFault::Storm { count, over } => storm = Some((count, over)),
            // Drawn already: both ends are the same.
            DeliveryFault::Delay { min, .. } => due += delta(min),
            DeliveryFault::Reorder => hold = delivery.payment.map_or(Hold::No, Hold::Overtaken),
            DeliveryFault::Shuffle(size) => bag = Some(size),
            DeliveryFault::Flaw(flaw) => delivery.flaws.push(flaw),
        }
    }
    if bag.is_some() {
        hold = Hold::Bag;
    }
    let due = if hold == Hold::No { due } else { due + HELD };
    let waiting = Waiting { delivery, hold, lane: None };
    let (count, over) = storm.unwrap_or((1, Duration::ZERO));
    for index in 0..count.saturating_add(copies) {
        let offset = over / count.max(1) * index.min(count);
        state.queue.push(due + delta(offset), waiting.clone());
    }
    if let Some(size) = bag {
        shake(state, size);
    }
    state.clock.ring();
}

/// Sends the bag out in random order, one by one, once it is full.
fn shake(state: &mut State, size: u32) {
    let filled = state.queue.waiting.values().filter(|waiting| waiting.hold == Hold::Bag).count();
    if filled < usize::try_from(size).unwrap_or(usize::MAX) {
        return;
    }
    let mut bag = state.queue.take(|hold| hold == Hold::Bag);
    bag.shuffle(&mut state.rng);
    let (now, lane) = (state.clock.now(), state.queue.issued);
    for waiting in bag {
        state.queue.push(now, Waiting { hold: Hold::No, lane: Some(lane), ..waiting });
    }
}
