//! design.md §3's table of audiences, written down again by hand.

use super::*;
use crate::testing::{event, later, roster};
use domain::event::EventType;
use std::collections::BTreeSet;

/// The cast: name, and as whom it listens. Session 31 sits in sector 5, which is Wanda's; Walter has sector 6.
const CAST: [(&str, Listener); 9] = [
    ("admin", staff(1, true, false, false)),
    ("wanda", staff(2, false, true, false)),
    ("walter", staff(3, false, true, false)),
    ("kitchen", staff(4, false, false, true)),
    ("wanda who cooks", staff(2, false, true, true)),
    ("walter who manages", staff(3, true, true, false)),
    ("diner", Listener::Diner { session: SessionId(31), phone: None }),
    ("the same table", Listener::Diner { session: SessionId(31), phone: None }),
    ("another table", Listener::Diner { session: SessionId(32), phone: None }),
];

const fn staff(user: i64, admin: bool, waiter: bool, kitchen: bool) -> Listener {
    Listener::Staff { user: UserId(user), roles: BranchRoles { admin, waiter, kitchen } }
}

fn ids() -> Vec<SocketId> {
    (0..CAST.len()).map(|_| crate::wire::Wire::new().0.id()).collect()
}

fn full_house() -> Hub<&'static str> {
    let mut hub = Hub::default();
    for (id, (name, listener)) in ids().into_iter().zip(CAST) {
        hub.insert(id, listener, name);
    }
    hub.check_invariants();
    hub
}

/// Who hears it, each as often as it does.
fn hears(hub: &Hub<&'static str>, event: &Envelope, roster: &Roster) -> Vec<&'static str> {
    let mut names: Vec<_> = hub.recipients(Recipients::new(event, roster)).map(|(_, name)| *name).collect();
    names.sort_unstable();
    names
}

fn sorted(names: &[&'static str]) -> Vec<&'static str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

const A: [&str; 2] = ["admin", "walter who manages"];
const W: [&str; 4] = ["wanda", "walter", "wanda who cooks", "walter who manages"];
const WS: [&str; 2] = ["wanda", "wanda who cooks"];
const K: [&str; 2] = ["kitchen", "wanda who cooks"];
const S: [&str; 2] = ["diner", "the same table"];
const D: [&str; 3] = ["diner", "the same table", "another table"];

fn union(audiences: &[&[&'static str]]) -> Vec<&'static str> {
    let all: BTreeSet<_> = audiences.iter().copied().flatten().copied().collect();
    all.into_iter().collect()
}

/// design.md §3, row by row. No wildcard: whoever adds a type writes down here who hears it.
fn table(kind: EventType) -> Vec<&'static str> {
    use EventType::*;
    match kind {
        TableSessionStarted | RoundPending => union(&[&A, &W, &S]),
        TableCleared | TableStatusChanged => union(&[&A, &WS, &S]),
        TableTransferred => union(&[&A, &WS, &K, &S]),
        RoundConfirmed | RoundItemDeleted => union(&[&A, &WS, &S]),
        RoundSubmitted | RoundInKitchen | RoundReady | RoundServed | RoundCanceled | RoundItemVoided => {
            union(&[&A, &WS, &K, &S])
        }
        TicketInProgress | TicketReady | TicketDelivered => union(&[&A, &WS, &K]),
        ServiceCallCreated | ServiceCallAcked | ServiceCallClosed => union(&[&A, &WS, &S]),
        CheckRequested | CheckPaid => union(&[&A, &WS, &S]),
        PaymentApproved | PaymentRejected | PaymentFailed | PaymentRefunded => union(&[&A, &WS, &S]),
        CartItemAdded | CartItemUpdated | CartItemRemoved | CartCleared | CartSync => union(&[&S]),
        ProductAvailabilityChanged => union(&[&A, &W, &K, &D]),
        EntityCreated | EntityUpdated | EntityDeleted | CascadeDelete => union(&[&A]),
    }
}

fn today() -> Roster {
    roster(&[(5, 2), (6, 3)])
}

#[test]
fn every_event_reaches_its_audience_each_once() {
    let hub = full_house();
    for kind in EventType::ALL {
        assert_eq!(hears(&hub, &event(1, *kind), &today()), table(*kind), "{}", kind.as_str());
    }
}

#[test]
fn what_a_later_version_says_reaches_the_admins() {
    assert_eq!(hears(&full_house(), &later(1), &today()), union(&[&A]));
}

/// By what it says of itself, not by what this version thinks of its type.
#[test]
fn an_event_reaches_whom_it_says_whatever_its_type() {
    let hub = full_house();
    for (said, expected) in [
        ("A", union(&[&A])),
        ("W", union(&[&W])),
        ("Ws", union(&[&WS])),
        ("K", union(&[&K])),
        ("S", union(&[&S])),
        ("D", union(&[&D])),
        ("Ws K S", union(&[&WS, &K, &S])),
        ("A W K D", union(&[&A, &W, &K, &D])),
    ] {
        for kind in [later(1).kind, EventType::CartSync.into(), EventType::EntityUpdated.into()] {
            let event = Envelope { kind, audience: Some(Audience::read(said)), ..later(1) };
            assert_eq!(hears(&hub, &event, &today()), expected, "{said}");
            // Without a session nobody is at its table.
            let nowhere = Envelope { session_id: None, ..event };
            assert!(
                said.contains('D') || hears(&hub, &nowhere, &today()).iter().all(|name| !D.contains(name)),
                "{said}"
            );
        }
    }
    for unreadable in ["", "H", "S H", "D H", "everybody"] {
        let event = Envelope { audience: Some(Audience::read(unreadable)), ..event(1, EventType::CartSync) };
        assert_eq!(hears(&hub, &event, &today()), union(&[&A]), "{unreadable}");
    }
}

#[test]
fn what_an_older_version_says_goes_by_its_type() {
    for kind in EventType::ALL {
        let older = Envelope { audience: None, ..event(1, *kind) };
        assert_eq!(hears(&full_house(), &older, &today()), table(*kind), "{}", kind.as_str());
    }
}

#[test]
fn a_table_nobody_is_assigned_to_is_everybodys() {
    let hub = full_house();
    let ready = event(1, EventType::RoundReady);
    let everybody = union(&[&A, &W, &K, &S]);
    assert_eq!(hears(&hub, &ready, &roster(&[(6, 3)])), everybody);
    assert_eq!(hears(&hub, &ready, &Roster::default()), everybody);
    assert_eq!(hears(&hub, &Envelope { sector_id: None, ..ready.clone() }, &today()), everybody);
    // Assigned but not here is not the same as nobody.
    assert_eq!(hears(&hub, &ready, &roster(&[(5, 99)])), union(&[&A, &K, &S]));
}

#[test]
fn no_event_of_one_session_reaches_another() {
    let hub = full_house();
    for kind in EventType::ALL.iter().filter(|kind| !kind.audience().diners) {
        assert!(!hears(&hub, &event(1, *kind), &today()).contains(&"another table"), "{}", kind.as_str());
        let nowhere = Envelope { session_id: None, ..event(1, *kind) };
        assert!(hears(&hub, &nowhere, &today()).iter().all(|name| !D.contains(name)), "{}", kind.as_str());
    }
}

#[test]
fn index_and_predicate_agree() {
    let hub = full_house();
    for kind in EventType::ALL {
        for rosters in [today(), Roster::default(), roster(&[(5, 3)])] {
            let event = event(1, *kind);
            let recipients = Recipients::new(&event, &rosters);
            let by_predicate: Vec<_> =
                CAST.iter().filter(|(_, listener)| recipients.reaches(listener)).map(|(name, _)| *name).collect();
            assert_eq!(hears(&hub, &event, &rosters), sorted(&by_predicate), "{}", kind.as_str());
        }
    }
}

#[test]
fn staff_are_served_before_diners() {
    let hub = full_house();
    let event = event(1, EventType::ProductAvailabilityChanged);
    let rosters = today();
    let order: Vec<_> = hub.recipients(Recipients::new(&event, &rosters)).map(|(_, name)| *name).collect();
    let first_diner = order.iter().position(|name| D.contains(name)).unwrap();
    assert!(order[first_diner..].iter().all(|name| D.contains(name)), "{order:?}");
    assert_eq!(order.len(), CAST.len());
}

#[test]
fn a_socket_changes_its_duties_in_place_and_leaves_no_trace() {
    let mut hub = Hub::default();
    let ids = ids();
    let ready = event(1, EventType::RoundReady);
    hub.insert(ids[0], staff(9, false, true, false), "nine");
    assert!(hears(&hub, &ready, &today()).is_empty());
    hub.insert(ids[0], staff(9, false, false, true), "nine");
    hub.check_invariants();
    assert_eq!(hears(&hub, &ready, &today()), ["nine"]);
    assert_eq!(hub.everybody().count(), 1);

    hub.insert(ids[1], Listener::Diner { session: SessionId(31), phone: None }, "diner");
    hub.remove(ids[1]);
    hub.remove(ids[0]);
    hub.remove(ids[0]);
    hub.check_invariants();
    assert_eq!(hub.everybody().count(), 0);
    assert!(hub.tables.is_empty() && hub.connected.is_empty());
}

#[test]
fn roles_count_in_their_branch_and_admins_everywhere() {
    let (here, there, new) = (BranchId(1), BranchId(2), BranchId(3));
    let none = BranchRoles::default();
    let waiter = BranchRoles { waiter: true, ..none };
    let grants = [(here, Role::Waiter), (there, Role::Kitchen), (there, Role::Manager)];
    let roles_by_branch = BranchRoles::of(&grants, &[here, there, new]);
    assert_eq!(roles_by_branch[&here], waiter);
    assert_eq!(roles_by_branch[&there], BranchRoles { admin: true, kitchen: true, ..none });
    assert_eq!(roles_by_branch.len(), 2);

    let roles_by_branch = BranchRoles::of(&[(here, Role::Waiter), (there, Role::Admin)], &[here, there, new]);
    assert_eq!(roles_by_branch[&here], BranchRoles { admin: true, ..waiter });
    assert_eq!(roles_by_branch[&new], BranchRoles { admin: true, ..none });
}

#[test]
fn only_the_phones_that_were_removed_lose_their_places() {
    let ids: Vec<SocketId> = (0..4).map(|_| crate::wire::Wire::new().0.id()).collect();
    let mut hub = Hub::default();
    for (id, session, phone, name) in [
        (ids[0], 31, Some(1), "out"),
        (ids[1], 31, Some(2), "stays"),
        (ids[2], 31, None, "old"),
        (ids[3], 32, Some(1), "other"),
    ] {
        hub.insert(id, Listener::Diner { session: SessionId(session), phone: phone.map(PhoneId) }, name);
    }
    // One without a number, of a token from before there were any, has to join anew: it may be the one that was sent
    // away.
    let mut gone = hub.evict(SessionId(31), &[PhoneId(1)]);
    gone.sort_unstable();
    assert_eq!(gone, ["old", "out"]);
    hub.check_invariants();
    assert_eq!(hub.evict(SessionId(31), &[PhoneId(1), PhoneId(9)]), [""; 0]);
    let mut left: Vec<_> = hub.diners().copied().collect();
    left.sort_unstable();
    assert_eq!(left, ["other", "stays"]);
    assert_eq!(hub.evict(SessionId(32), &[PhoneId(1)]), ["other"]);
    hub.check_invariants();
}
