//! Rounds: what each step changes, who may take it, and what it does to the check.

use crate::{
    House,
    house::{body, keyed, number},
};
use auth::{AnyRole, Floor, KitchenCrew, Management};
use domain::{
    RoundItemId,
    round::{RoundAction, RoundStatus},
};
use operations::{Attempt, Error, check, round};

#[tokio::test]
async fn the_same_lines_within_ten_seconds_are_one_round() {
    let house = House::open().await;
    let diner = house.scan("INT-01").await;
    let first = house.send(&diner, &[("Limonada", 1)]).await;
    assert_eq!(house.send(&diner, &[("Limonada", 1)]).await, first);
    house.wait(chrono::TimeDelta::seconds(11));
    assert_ne!(house.send(&diner, &[("Limonada", 1)]).await, first);
}

#[tokio::test]
async fn a_round_goes_its_way_and_no_other() {
    let house = House::open().await;
    let (diner, kitchen) = (house.scan("INT-01").await, house.staff::<AnyRole>("kitchen").await);
    let waiter = house.staff::<AnyRole>("waiter").await;
    let sent = house.send(&diner, &[("Empanada de carne", 2)]).await;
    let none = Attempt::default();
    let early = round::advance(&house.db, &kitchen, sent, RoundAction::Serve, &none).await;
    assert!(matches!(early, Err(Error::Illegal(_))), "{early:?}");
    for (who, action) in [(&kitchen, RoundAction::Start), (&kitchen, RoundAction::Ready), (&waiter, RoundAction::Serve)]
    {
        round::advance(&house.db, who, sent, action, &none).await.unwrap();
    }
    assert_eq!(house.rounds(&diner).await, [RoundStatus::Served]);
    let heard = house.heard();
    for event in ["ROUND_SUBMITTED", "ROUND_IN_KITCHEN", "ROUND_READY", "ROUND_SERVED"] {
        assert_eq!(heard.iter().filter(|kind| *kind == event).count(), 1, "{event} in {heard:?}");
    }
}

#[tokio::test]
async fn a_bump_is_taken_back_once() {
    let house = House::open().await;
    let (diner, crew) = (house.scan("INT-01").await, house.staff::<KitchenCrew>("kitchen").await);
    let kitchen = house.staff::<AnyRole>("kitchen").await;
    let sent = house.send(&diner, &[("Empanada de carne", 2)]).await;
    round::advance(&house.db, &kitchen, sent, RoundAction::Start, &Attempt::default()).await.unwrap();
    round::recall(&house.db, &crew, sent, &Attempt::default()).await.unwrap();
    assert_eq!(house.rounds(&diner).await, [RoundStatus::Submitted]);
    let again = round::recall(&house.db, &crew, sent, &Attempt::default()).await;
    assert!(matches!(again, Err(Error::IllegalConflict(_))), "{again:?}");
}

#[tokio::test]
async fn a_canceled_round_is_owed_no_more_by_either_door() {
    for by_status in [false, true] {
        let house = House::open().await;
        let (diner, manager) = (house.scan("INT-01").await, house.staff::<Management>("manager").await);
        let sent = house.send(&diner, &[("Limonada", 2), ("Empanada de carne", 1)]).await;
        check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
        assert_eq!(house.check(&diner).await, Some((4800, 0)));
        let why = "Kitchen closed".to_owned().try_into().unwrap();
        let canceled = if by_status {
            let manager = house.staff::<AnyRole>("manager").await;
            round::cancel_by_status(&house.db, &manager, sent, &why, &keyed("k", "cancel")).await
        } else {
            round::cancel(&house.db, &manager, sent, &why, &keyed("k", "cancel")).await
        };
        assert_eq!(body(&canceled.unwrap())["status"], "CANCELED");
        assert_eq!(house.check(&diner).await, Some((0, 0)), "by status: {by_status}");
    }
}

#[tokio::test]
async fn a_voided_item_is_owed_no_more_and_the_last_one_cancels_the_round() {
    let house = House::open().await;
    let (diner, kitchen) = (house.scan("INT-01").await, house.staff::<AnyRole>("manager").await);
    house.send(&diner, &[("Limonada", 2), ("Empanada de carne", 1)]).await;
    check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
    let visit = house.db.rounds_of_visit(&diner, diner.session_id()).await.unwrap();
    let items: Vec<RoundItemId> = visit[0].items.iter().map(|item| item.id).collect();
    let why = "Dropped".to_owned().try_into().unwrap();
    for (item, left) in items.iter().zip([1200, 0]) {
        round::void_item(&house.db, &kitchen, *item, &why, &Attempt::default()).await.unwrap();
        assert_eq!(house.check(&diner).await, Some((left, 0)));
    }
    assert_eq!(house.rounds(&diner).await, [RoundStatus::Canceled]);
    let again = round::void_item(&house.db, &kitchen, items[0], &why, &Attempt::default()).await;
    assert!(again.is_err());
}

#[tokio::test]
async fn a_waiters_round_is_his_and_goes_to_the_kitchen() {
    let house = House::open().await;
    let (diner, waiter) = (house.scan("INT-01").await, house.staff::<Floor>("waiter").await);
    let order = house.order(&[("Limonada", 2)]).await;
    let taken = round::take(&house.db, &waiter, diner.session_id(), &order, &Attempt::default()).await.unwrap();
    assert_eq!(number(&taken, "total_cents"), 3600);
    assert_eq!(number(&taken, "submitted_by_waiter_id"), waiter.user_id().get());
    assert_eq!(house.rounds(&diner).await, [RoundStatus::Submitted]);
}
