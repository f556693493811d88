//! The rules of the slots, played without a socket.

use super::*;
use std::{
    cell::Cell,
    net::{IpAddr, Ipv4Addr},
    rc::Rc,
};

const SECOND: Duration = Duration::from_secs(1);

fn address(number: u32) -> Origin {
    Origin::Address(IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number)))
}

fn proxy() -> Origin {
    Origin::Proxy(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// A connection: its number, and whether a request came on it that the slots do not know of yet.
#[derive(Clone, Debug)]
struct Line {
    number: u64,
    at_work: Rc<Cell<bool>>,
    told: Rc<Cell<bool>>,
}

impl Guest for Line {
    fn leave(&self) -> bool {
        self.told.set(!self.at_work.get());
        self.told.get()
    }

    fn stay(&self) {
        self.told.set(false);
    }
}

/// Slots with a clock that moves by a millisecond at each step; who is told to go is gone at once unless the house
/// keeps them.
struct House {
    slots: Slots<Line>,
    now: Instant,
    keeps: bool,
}

impl House {
    fn new(total: usize, per_address: usize) -> Self {
        Self { slots: Slots::new(Limits { total, per_address }), now: Instant::now(), keeps: false }
    }

    fn come(&mut self, origin: Origin) -> Result<(SlotId, Option<u64>), Refused> {
        self.now += Duration::from_millis(1);
        let line = Line { number: self.slots.next, at_work: Rc::default(), told: Rc::default() };
        let admitted = self.slots.admit(origin, self.now, line)?;
        let gone = admitted.evicted.map(|line| line.number);
        if let Some(gone) = gone.filter(|_| !self.keeps) {
            assert_eq!(self.slots.leaving(), 1);
            self.slots.release(gone);
        }
        self.check();
        Ok((admitted.id, gone))
    }

    /// A request came on the connection, and nobody told the slots yet.
    fn at_work(&self, id: SlotId) {
        self.slots.slots[&id].handle.at_work.set(true);
    }

    fn is_told(&self, id: SlotId) -> bool {
        self.slots.slots[&id].handle.told.get()
    }

    fn evict_one(&mut self) -> Option<u64> {
        self.slots.evict_one(self.now).map(|line| line.number)
    }

    fn silent(&mut self, origin: Origin, many: usize) -> Vec<SlotId> {
        (0..many).map(|_| self.come(origin).unwrap().0).collect()
    }

    fn busy(&mut self, origin: Origin) -> SlotId {
        let id = self.come(origin).unwrap().0;
        self.tell(id, Doing::Busy);
        id
    }

    fn tell(&mut self, id: SlotId, doing: Doing) {
        self.now += Duration::from_millis(1);
        self.slots.tell(id, doing, self.now);
        self.check();
    }

    /// What is kept twice agrees.
    fn check(&self) {
        let slots = &self.slots;
        assert!(slots.used() <= slots.limits.total);
        assert_eq!(slots.origins.values().map(|held| held.all).sum::<usize>(), slots.used());
        let staff: usize = slots.origins.values().filter(|held| held.staff).map(|held| held.all).sum();
        assert_eq!(staff, slots.staff_used);
        let ranked = slots.origins.iter().filter_map(|(origin, held)| held.rank(*origin)).count();
        assert_eq!(ranked, slots.ordinary.len() + slots.of_staff.len());
    }
}

#[test]
fn a_full_address_replaces_its_own_oldest_and_nobody_elses() {
    let mut house = House::new(100, 3);
    house.silent(address(2), 1);
    let first = house.silent(address(1), 3);
    assert_eq!(house.come(address(1)).unwrap().1, Some(first[0]));
    assert_eq!(house.come(address(1)).unwrap().1, Some(first[1]));
    assert_eq!(house.come(address(2)).unwrap().1, None);
    assert_eq!(house.slots.used(), 5);
}

#[test]
fn what_is_worked_on_is_never_touched() {
    let mut house = House::new(100, 3);
    let busy = [house.busy(address(1)), house.busy(address(1))];
    let silent = house.silent(address(1), 1)[0];
    for _ in 0..50 {
        house.come(address(1)).unwrap();
    }
    assert!(!house.slots.slots.contains_key(&silent));
    assert!(busy.iter().all(|id| house.slots.slots.contains_key(id)));
    // All three busy: there is nobody to replace.
    let last = *house.slots.slots.keys().max().unwrap();
    house.tell(last, Doing::Busy);
    assert_eq!(house.come(address(1)).unwrap_err(), Refused::Address);
    // One rests between two requests, and another gets in for it.
    house.tell(busy[0], Doing::Waiting);
    assert_eq!(house.come(address(1)).unwrap().1, Some(busy[0]));
}

#[test]
fn whoever_rested_longest_goes_first_however_old_the_connection() {
    let mut house = House::new(100, 3);
    let old = house.busy(address(1));
    let silent = house.silent(address(1), 2);
    house.tell(old, Doing::Waiting);
    assert_eq!(house.come(address(1)).unwrap().1, Some(silent[0]));
    assert_eq!(house.come(address(1)).unwrap().1, Some(silent[1]));
    assert_eq!(house.come(address(1)).unwrap().1, Some(old));
}

#[test]
fn a_trickling_body_gives_way_but_not_at_once() {
    let mut house = House::new(100, 3);
    let ids = house.silent(address(1), 3);
    ids[..2].iter().for_each(|id| house.tell(*id, Doing::Stalled));
    assert_eq!(house.come(address(1)).unwrap().1, Some(ids[2]), "a phone's network may hold its breath");
    let fresh = house.slots.next - 1;
    house.tell(fresh, Doing::Busy);
    house.now += STALL_GRACE;
    // The second one has made its pace meanwhile.
    house.tell(ids[1], Doing::Stalled);
    assert_eq!(house.come(address(1)).unwrap().1, Some(ids[0]));
    assert!(house.slots.slots.contains_key(&ids[1]) && house.slots.slots.contains_key(&fresh));
}

#[test]
fn bodies_begun_anew_for_ever_lock_no_address_and_no_process() {
    let mut house = House::new(40, 10);
    for turn in 0..50 {
        let (id, _) = house.come(address(1)).expect("nobody is refused for what others owe");
        if turn % 5 != 0 {
            house.tell(id, Doing::Stalled);
        }
    }
    let mut wide = House::new(20, 100);
    for number in 0..100 {
        let (id, _) = wide.come(address(number)).expect("nor in a full process");
        wide.tell(id, Doing::Stalled);
    }
}

#[test]
fn the_last_tenth_is_for_staff() {
    let mut house = House::new(20, 100);
    (0..18).for_each(|number| {
        house.busy(address(number));
    });
    assert_eq!(house.come(address(99)).unwrap_err(), Refused::Total);
    house.slots.note_staff(address(99), house.now);
    house.busy(address(99));
    house.busy(address(99));
    assert_eq!(house.come(address(99)).unwrap_err(), Refused::Total);
    assert_eq!(house.slots.used(), 20);
}

#[test]
fn staff_pass_the_cap_of_their_address_into_what_is_kept_for_them_and_no_further() {
    let mut house = House::new(40, 10);
    (0..10).for_each(|_| {
        house.busy(address(1));
        house.busy(address(2));
    });
    assert_eq!(house.come(address(1)).unwrap_err(), Refused::Address);
    house.slots.note_staff(address(1), house.now);
    (0..4).for_each(|_| {
        house.busy(address(1));
    });
    assert_eq!(house.come(address(1)).unwrap_err(), Refused::Address, "ten, and the tenth of forty");
    assert_eq!(house.come(address(2)).unwrap_err(), Refused::Address, "a stranger's address has ten");
    // What rests is replaced before anything of the reserve is taken.
    let first = *house.slots.slots.keys().min().unwrap();
    house.tell(first, Doing::Waiting);
    assert_eq!(house.come(address(1)).unwrap().1, Some(first));
}

#[test]
fn a_day_later_it_is_an_address_like_any_other() {
    let mut house = House::new(20, 100);
    house.slots.note_staff(address(1), house.now);
    house.silent(address(1), 1);
    assert!(house.slots.staff(address(1), house.now));
    house.now += STAFF_DAY;
    assert!(!house.slots.staff(address(1), house.now));
    assert_eq!((house.slots.staff_used, house.slots.staff_seen.len()), (0, 0));
    house.check();
}

#[test]
fn a_full_process_takes_from_whoever_lets_it_wait_most() {
    let mut house = House::new(20, 100);
    // A busy house behind one address holds the most, and rests on two connections.
    (0..9).for_each(|_| {
        house.busy(address(1));
    });
    let resting = house.silent(address(1), 2);
    let flood = house.silent(address(2), 7);
    for turn in 0..5 {
        let (_, gone) = house.come(address(3 + turn)).unwrap();
        assert_eq!(gone, Some(flood[turn as usize]));
    }
    assert!(resting.iter().all(|id| house.slots.slots.contains_key(id)));
}

#[test]
fn of_a_thousand_addresses_the_one_that_waits_longest_gives_way() {
    let mut house = House::new(1_000, 100);
    let ids: Vec<_> = (0..900).map(|number| house.come(address(number)).unwrap().0).collect();
    for (turn, id) in ids.iter().enumerate().take(200) {
        assert_eq!(house.come(address(5_000 + u32::try_from(turn).unwrap())).unwrap().1, Some(*id));
    }
}

#[test]
fn strangers_take_nothing_from_staff_within_their_tenth() {
    let mut house = House::new(20, 100);
    house.slots.note_staff(address(1), house.now);
    let staff = house.silent(address(1), 2);
    (0..16).for_each(|number| {
        house.busy(address(10 + number));
    });
    assert_eq!(house.come(address(99)).unwrap_err(), Refused::Total);
    // Staff among themselves: two more places, then the oldest of their own.
    house.silent(address(1), 2);
    assert_eq!(house.come(address(1)).unwrap().1, Some(staff[0]));
    // Beyond their tenth, what staff let rest is for everybody.
    assert_eq!(house.come(address(99)).unwrap().1, Some(staff[1]));
}

#[test]
fn a_proxy_has_no_cap_but_on_what_waits() {
    let mut house = House::new(100, 5);
    (0..30).for_each(|_| {
        house.busy(proxy());
    });
    let silent = house.silent(proxy(), 50);
    assert_eq!(house.come(proxy()).unwrap().1, Some(silent[0]));
    assert_eq!(house.slots.used(), 80);
}

#[test]
fn an_address_that_becomes_one_of_staff_is_counted_as_one() {
    let mut house = House::new(20, 100);
    let ids = house.silent(address(1), 3);
    house.slots.note_staff(address(1), house.now);
    house.check();
    assert_eq!(house.slots.staff_used, 3);
    ids.into_iter().for_each(|id| house.slots.release(id));
    house.check();
    assert!(house.slots.origins.is_empty() && house.slots.slots.is_empty());
}

#[test]
fn whoever_was_told_to_go_is_in_no_count_and_cannot_come_back() {
    let mut house = House::new(10, 10);
    let ids = house.silent(address(1), 2);
    assert_eq!(house.evict_one(), Some(ids[0]));
    house.slots.tell(ids[0], Doing::Busy, house.now);
    assert_eq!((house.slots.used(), house.slots.leaving()), (1, 1));
    house.check();
    house.slots.release(ids[0]);
    house.slots.release(ids[0]);
    assert_eq!((house.slots.used(), house.slots.leaving()), (1, 0));
}

/// What the slots know is a step behind the connections: a socket that was opened within one step still looks silent.
#[test]
fn whoever_is_at_work_without_the_slots_knowing_does_not_go() {
    let mut house = House::new(10, 3);
    let ids = house.silent(address(1), 3);
    house.at_work(ids[0]);
    house.at_work(ids[1]);
    assert_eq!(house.come(address(1)).unwrap().1, Some(ids[2]));
    assert!(!house.is_told(ids[0]) && !house.is_told(ids[1]));
    house.at_work(house.slots.next - 1);
    assert_eq!(house.come(address(1)).unwrap_err(), Refused::Address);
    assert_eq!(house.evict_one(), None);
    house.check();
}

#[test]
fn whoever_has_a_request_while_told_to_go_stays_if_there_is_a_place() {
    let mut house = House::new(10, 3);
    house.slots.note_staff(address(1), house.now);
    let ids = house.silent(address(1), 3);
    assert_eq!(house.evict_one(), Some(ids[0]));
    assert!(house.is_told(ids[0]));
    assert!(house.slots.stay(ids[0], house.now).unwrap().is_none());
    assert!(house.slots.stay(ids[0], house.now).unwrap().is_none(), "once");
    house.check();
    assert!(!house.is_told(ids[0]));
    assert_eq!((house.slots.used(), house.slots.leaving()), (3, 0));
    ids.into_iter().for_each(|id| house.slots.release(id));
    house.check();
    assert_eq!((house.slots.used(), house.slots.staff_used), (0, 0));
}

/// A burst of connections that each send a request when they are told to go: the bounds hold all the same.
#[test]
fn no_burst_exceeds_a_bound() {
    for strangers in [false, true] {
        let mut house = House::new(20, 10);
        house.keeps = true;
        let whose = |number: u32| if strangers { address(number) } else { address(1) };
        let mut told = Vec::new();
        for number in 0..200 {
            if let Ok((id, gone)) = house.come(whose(number)) {
                told.extend(gone);
                // Every other one has a request by now.
                if number % 2 == 0 {
                    house.tell(id, Doing::Busy);
                }
            }
            if let Some(id) = told.pop() {
                match house.slots.stay(id, house.now) {
                    Ok(gone) => told.extend(gone.map(|line| line.number)),
                    Err(_) => house.slots.release(id),
                }
            }
            house.check();
            let most = if strangers { 18 } else { 10 };
            assert!(house.slots.used() <= most, "{} at {number}", house.slots.used());
        }
    }
}

#[test]
fn a_hundred_thousand_steps_keep_every_count_true() {
    // A linear congruential generator: the same steps on every machine.
    let mut state = 7_u64;
    let mut next = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let mut house = House::new(60, 12);
    let mut open: Vec<SlotId> = Vec::new();
    for _ in 0..100_000 {
        let pick = |open: &[SlotId], at: u64| open.get(usize::try_from(at).unwrap() % open.len().max(1)).copied();
        match next(10) {
            0..4 => {
                let origin = if next(8) == 0 { proxy() } else { address(u32::try_from(next(12)).unwrap()) };
                if let Ok((id, _)) = house.come(origin) {
                    open.push(id);
                    open.retain(|id| house.slots.slots.contains_key(id));
                }
            }
            4..8 => {
                let doing = [Doing::Waiting, Doing::Stalled, Doing::Busy][usize::try_from(next(3)).unwrap()];
                if let Some(id) = pick(&open, next(1_000)) {
                    house.tell(id, doing);
                }
            }
            8 => {
                if let Some(id) = pick(&open, next(1_000)) {
                    house.slots.release(id);
                    open.retain(|kept| *kept != id);
                    house.check();
                }
            }
            _ => {
                house.slots.note_staff(address(u32::try_from(next(12)).unwrap()), house.now);
                house.now += SECOND;
                house.check();
            }
        }
    }
    open.into_iter().for_each(|id| house.slots.release(id));
    assert!(house.slots.origins.is_empty() && house.slots.ordinary.is_empty() && house.slots.of_staff.is_empty());
}
