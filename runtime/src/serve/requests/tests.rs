//! Who gets a turn and who gives way, played without a socket.

use super::*;
use std::{net::Ipv4Addr, time::Duration};

fn client(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(number))
}

fn proxied(number: u32, rank: Rank) -> Requester {
    Requester { client: client(number), proxied: true, rank }
}

fn stranger(number: u32) -> Requester {
    proxied(number, Rank::Stranger)
}

/// A request whose body came with its head.
fn whole(requests: &Requests, who: Requester) -> Option<Turn> {
    let turn = requests.arrive(who, Instant::now());
    turn.begin().then_some(turn)
}

fn half(requests: &Requests, number: u32) -> Turn {
    requests.arrive(stranger(number), Instant::now())
}

fn is_empty(requests: &Requests) -> bool {
    let book = requests.book();
    let counts = (book.arriving, book.bytes, book.working);
    counts == (0, 0, 0) && book.clients.is_empty() && book.ranks.is_empty() && book.entries.is_empty()
}

#[test]
fn one_client_behind_a_proxy_leaves_room_for_the_others() {
    let requests = Requests::new(80, 512);
    let flood: Vec<_> = (0..100).filter_map(|_| whole(&requests, stranger(1))).collect();
    assert_eq!(flood.len(), 10);
    let others: Vec<_> = (2..100).filter_map(|number| whole(&requests, stranger(number))).collect();
    assert_eq!(others.len(), 26, "the last tenth is for staff");
    assert!(whole(&requests, proxied(500, Rank::StaffAddress)).is_some());
    drop(flood);
    assert!(whole(&requests, stranger(1)).is_some());
    drop(others);
    assert!(is_empty(&requests));
}

#[test]
fn half_bodies_of_an_address_cost_nobody_at_it_a_turn() {
    let requests = Requests::new(80, 512);
    let halves: Vec<_> = (0..100).map(|_| half(&requests, 1)).collect();
    for _ in 0..10 {
        assert!(whole(&requests, stranger(1)).is_some());
    }
    let alive = halves.iter().filter(|turn| turn.grow(1)).count();
    assert!((9..=10).contains(&alive), "{alive} of a client's halves are kept, the last ones");
    assert!(halves[99].begin() && !halves[0].begin() && !halves[0].grow(1));
    drop(halves);
    assert!(is_empty(&requests));
}

#[test]
fn half_bodies_of_three_hundred_addresses_fill_nothing() {
    let requests = Requests::new(80, 512);
    let mine = half(&requests, 1);
    let halves: Vec<_> = (2..27).flat_map(|number| [half(&requests, number), half(&requests, number)]).collect();
    assert_eq!(requests.book().arriving, 40);
    assert!(mine.grow(1), "who has only one goes after those who have two");
    let more: Vec<_> = (27..302).map(|number| half(&requests, number)).collect();
    assert_eq!(requests.book().arriving, 40);
    assert!(whole(&requests, stranger(1_000)).is_some());
    assert!(!halves[0].begin() && more[274].begin());
    drop((mine, halves, more));
    assert!(is_empty(&requests));
}

#[test]
fn a_body_that_moves_on_outlasts_those_that_stand() {
    let requests = Requests::new(80, 512);
    let (begin, second) = (Instant::now(), Duration::from_secs(1));
    let picture = requests.arrive(stranger(1), begin);
    let trickling = requests.arrive(stranger(1), begin);
    let mut flood = Vec::new();
    for turn in 1..30 {
        flood.push(requests.arrive(stranger(1), begin + second * turn));
        assert!(picture.grow_at(PROGRESS, begin + second * turn));
        trickling.grow_at(1, begin + second * turn);
    }
    assert!(picture.begin() && !trickling.begin());
    drop((picture, trickling, flood));
    assert!(is_empty(&requests));
}

#[test]
fn what_is_half_read_takes_only_so_much_memory() {
    let requests = Requests::bounded(Bounds { total: 1_000, per_client: 100, bytes: 1_000 });
    let mine = half(&requests, 1);
    assert!(mine.grow(100));
    let flood: Vec<_> = (0..50).map(|_| half(&requests, 2)).collect();
    let alive = flood.iter().filter(|turn| turn.grow(100)).count();
    assert_eq!((alive, requests.book().bytes), (50, 1_000), "each was good when it grew, and the first ones gave way");
    assert_eq!(flood.iter().filter(|turn| turn.begin()).count(), 9);
    assert!(mine.begin());
    // Nobody else is there to give way.
    let large = half(&requests, 3);
    assert!(!large.grow(1_001) && !large.begin());
    drop((mine, flood, large));
    assert!(is_empty(&requests));
}

#[test]
fn staff_find_a_turn_at_an_address_that_is_at_its_bound() {
    let requests = Requests::new(80, 512);
    let guests: Vec<_> = (0..40).filter_map(|_| whole(&requests, proxied(1, Rank::StaffAddress))).collect();
    assert_eq!(guests.len(), 14, "an address of staff may use what is kept for staff, too");
    let elsewhere: Vec<_> = (2..100).filter_map(|number| whole(&requests, stranger(number))).collect();
    let also_staff: Vec<_> = (0..40).filter_map(|_| whole(&requests, proxied(500, Rank::StaffAddress))).collect();
    assert_eq!(requests.book().working, 40);
    for _ in 0..5 {
        assert!(whole(&requests, proxied(1, Rank::StaffToken)).is_some(), "one after the other");
    }
    let many: Vec<_> = (0..40).filter_map(|_| whole(&requests, proxied(1, Rank::StaffToken))).collect();
    assert_eq!(many.len(), 4, "not without end either");
    drop((guests, elsewhere, also_staff, many));
    assert!(is_empty(&requests));
}

#[test]
fn clients_with_connections_of_their_own_are_bounded_by_those() {
    let requests = Requests::new(80, 512);
    let direct = Requester { proxied: false, ..stranger(1) };
    let many: Vec<_> = (0..200).filter_map(|_| whole(&requests, direct)).collect();
    assert_eq!((many.len(), requests.book().working), (200, 0));
    assert!(whole(&requests, stranger(2)).is_some());
    drop(many);
    assert!(is_empty(&requests));
}

#[tokio::test]
async fn whoever_gives_way_hears_of_it() {
    let requests = Requests::new(8, 1);
    let first = half(&requests, 1);
    let _second = half(&requests, 1);
    first.refused().await;
}
