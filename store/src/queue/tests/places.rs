//! Who is taken: lanes in turns, the urgent first, a series in order, and never more than there are places.

use super::*;

/// Of each lane two at once, over all who lease; those that take the first places leave room for every lane.
#[tokio::test]
async fn lanes_take_turns_and_none_takes_more_than_its_places() {
    let house = House::new().await;
    for lane in 1..=3 {
        for number in 0..5 {
            house.ask(lane, &format!("{lane}.{number}"), PLAIN).await;
            house.clock.go(TimeDelta::milliseconds(1));
        }
    }
    let lanes = |pieces: &[Piece]| {
        let mut lanes: Vec<_> = pieces.iter().map(|piece| piece.lane).collect();
        lanes.sort_unstable();
        lanes
    };
    let first = house.lease_of(i16::MAX, false, 4).await;
    assert_eq!(lanes(&first), [1, 1, 2, 3], "the first of each before the second of any");
    assert_eq!(lanes(&house.lease().await), [2, 3]);
    assert!(house.lease().await.is_empty());
    assert!(house.finish(&first[0], Outcome::Done).await);
    assert_eq!(lanes(&house.lease().await), [first[0].lane], "a place is free again");
    house.clock.go(LEASE * 2);
    assert_eq!(lanes(&house.lease_of(i16::MAX, true, 100).await), [1, 2, 3], "in a crowd one of each");
}

/// What is less urgent goes later and takes no place of the urgent.
#[tokio::test]
async fn the_urgent_find_their_places_free() {
    let house = House::new().await;
    for number in 0..5 {
        house.ask(1, &format!("mean {number}"), MEAN).await;
    }
    assert!(house.lease_of(0, false, 100).await.is_empty(), "none is as urgent as that");
    assert_eq!(house.lease().await.len(), 2);
    for number in 0..3 {
        house.ask(1, &format!("urgent {number}"), PLAIN).await;
    }
    let urgent = house.lease().await;
    assert_eq!(urgent.iter().map(|piece| piece.rank).collect::<Vec<_>>(), [0, 0]);
    assert!(house.lease().await.is_empty());
    for piece in &urgent {
        assert!(house.finish(piece, Outcome::Done).await);
    }
    assert_eq!(house.lease_one().await.rank, 0, "the mean ones wait for their own places");
}

/// One of a series at a time, in the order in which they were asked for, until one leaves it.
#[tokio::test]
async fn a_series_is_done_in_turn() {
    let house = House::new().await;
    for subject in ["a", "b", "c"] {
        house.ask_in(1, subject, Some(5), PLAIN).await;
    }
    house.ask_in(1, "other", Some(6), PLAIN).await;
    let subjects = |pieces: Vec<Piece>| pieces.into_iter().map(|piece| piece.subject).collect::<Vec<_>>();
    assert_eq!(subjects(house.lease().await), ["a", "other"]);
    let a = house.find("a").await;
    assert!(house.finish(&a, house.again(1)).await);
    assert!(house.lease().await.is_empty(), "the first waits for its next try, and the rest for the first");
    house.clock.go(TimeDelta::minutes(1));
    house.finish(&house.find("other").await, Outcome::Done).await;
    let a = house.lease().await.into_iter().find(|piece| piece.subject == "a").unwrap();
    let left = Outcome::Again { at: house.in_a_minute(), attempts: 0, error: None, in_turn: false };
    assert!(house.finish(&a, left).await);
    assert!(subjects(house.lease().await).contains(&"b".to_owned()), "it holds up no other any more");
}

/// Work of a lane that is not in order waits as it is; that of one that is closed is a person's.
#[tokio::test]
async fn a_lane_out_of_order_waits() {
    let house = House::new().await;
    assert_eq!(house.ask(100, "waits", PLAIN).await.status, WorkStatus::Queued);
    assert!(!house.db.has_due_work(&WORK).await.unwrap() && house.lease().await.is_empty());
    assert_eq!(house.db.next_work(&WORK).await.unwrap(), None);
    let dead = house.ask(99, "dead", PLAIN).await;
    assert_eq!((dead.status, dead.last_error.as_deref()), (WorkStatus::Dead, Some(OUT_OF_USE)));
    assert_eq!(house.ask(99, "dead", OPERATOR).await.status, WorkStatus::Dead);
}

/// Two who lease at once share what there is.
#[tokio::test]
async fn two_lessees_share() {
    let house = House::new().await;
    for number in 0..20 {
        house.ask(number, &number.to_string(), PLAIN).await;
    }
    let (one, other) = tokio::join!(house.lease_of(0, false, 12), house.lease_of(0, false, 12));
    let mut ids: Vec<_> = one.iter().chain(&other).map(|piece| piece.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), one.len() + other.len()), (20, 20));
}

/// A backlog costs nobody a walk along it: what is read of the table is found by an index, lane by lane.
#[tokio::test]
async fn taking_reads_the_first_of_each_lane() {
    #[derive(sea_orm::FromQueryResult)]
    struct Step {
        detail: String,
    }
    let house = House::new().await;
    let text = format!("explain query plan {}", super::super::lease::lease(&WORK).replace("/* housekeeping */", ""));
    let values: [sea_orm::Value; 7] = [
        "test.work".into(),
        house.clock.now().into(),
        0.into(),
        0.into(),
        64.into(),
        32.into(),
        house.clock.now().into(),
    ];
    let plan: Vec<Step> = crate::unit_of_work::all(house.db.reader(), text.as_str(), values).await.unwrap();
    let plan: Vec<_> = plan.into_iter().map(|step| step.detail).collect();
    assert!(plan.iter().any(|step| step.contains("work_lane")), "{plan:#?}");
    let walks: Vec<_> = plan
        .iter()
        .filter(|step| ["SCAN w", "SCAN work", "SCAN r"].iter().any(|walk| step.starts_with(walk)))
        .collect();
    assert!(walks.is_empty(), "{plan:#?}");
}
