//! Rounds: what each step changes, who may take it, and what it does to the check.

use crate::{
    House,
    house::{body, keyed, number},
};
use auth::{AnyRole, Floor, KitchenCrew, Management, Staff};
use domain::{
    RoundItemId, UserId,
    round::{RoundAction, RoundStatus},
};
use operations::{Attempt, Error, check, round};
use wire::round::VoidItem;

fn strike(qty: Option<i64>, approved_by: Option<UserId>) -> VoidItem {
    let qty = qty.map(|qty| qty.try_into().unwrap());
    VoidItem { reason: "Dropped".to_owned().try_into().unwrap(), qty, approved_by }
}

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
    for (item, left) in items.iter().zip([1200, 0]) {
        round::void_item(&house.db, &kitchen, *item, &strike(None, None), &Attempt::default()).await.unwrap();
        assert_eq!(house.check(&diner).await, Some((left, 0)));
    }
    assert_eq!(house.rounds(&diner).await, [RoundStatus::Canceled]);
    let again = round::void_item(&house.db, &kitchen, items[0], &strike(None, None), &Attempt::default()).await;
    assert!(again.is_err());
}

#[tokio::test]
async fn a_part_of_a_line_is_struck_and_the_rest_stands() {
    let house = House::open().await;
    let (diner, manager) = (house.scan("INT-01").await, house.staff::<AnyRole>("manager").await);
    house.send(&diner, &[("Limonada", 4), ("Empanada de carne", 1)]).await;
    check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
    let visit = house.db.rounds_of_visit(&diner, diner.session_id()).await.unwrap();
    let line = visit[0].items[0].id;
    let none = Attempt::default();
    let many = round::void_item(&house.db, &manager, line, &strike(Some(5), None), &none).await;
    assert!(matches!(many, Err(Error::Invalid(_))), "{many:?}");
    let first = round::void_item(&house.db, &manager, line, &strike(Some(2), None), &keyed("k", "two")).await.unwrap();
    let again = round::void_item(&house.db, &manager, line, &strike(Some(2), None), &keyed("k", "two")).await.unwrap();
    assert_eq!(body(&first), body(&again));
    assert_eq!(body(&first)["part_of"], serde_json::json!({ "item_id": line, "voided_qty": 2, "left_qty": 2 }));
    assert_eq!(house.check(&diner).await, Some((4800, 0)));
    // All that is left of the line is the line.
    let rest = round::void_item(&house.db, &manager, line, &strike(Some(2), None), &none).await.unwrap();
    assert_eq!((&body(&rest)["item_id"], body(&rest).get("part_of")), (&serde_json::json!(line), None));
    assert_eq!(house.check(&diner).await, Some((1200, 0)));
    assert_eq!(house.rounds(&diner).await, [RoundStatus::Submitted]);
}

#[tokio::test]
async fn what_was_served_a_manager_gives_away() {
    let house = House::open().await;
    let (diner, manager) = (house.scan("INT-01").await, house.staff::<AnyRole>("manager").await);
    let (waiter, kitchen) = (house.staff::<AnyRole>("waiter").await, house.staff::<AnyRole>("kitchen").await);
    let sent = house.send(&diner, &[("Limonada", 2)]).await;
    check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
    let none = Attempt::default();
    for (who, action) in [(&kitchen, RoundAction::Start), (&kitchen, RoundAction::Ready), (&waiter, RoundAction::Serve)]
    {
        round::advance(&house.db, who, sent, action, &none).await.unwrap();
    }
    let visit = house.db.rounds_of_visit(&diner, diner.session_id()).await.unwrap();
    let line = visit[0].items[0].id;
    let by = |who: &Staff<AnyRole>| strike(Some(1), Some(who.user_id()));
    let refused = round::void_item(&house.db, &waiter, line, &by(&manager), &none).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    let alone = round::void_item(&house.db, &manager, line, &strike(Some(1), None), &none).await;
    assert!(matches!(alone, Err(Error::Illegal(_))), "{alone:?}");
    let no_manager = round::void_item(&house.db, &manager, line, &by(&waiter), &none).await;
    assert!(matches!(no_manager, Err(Error::Invalid(_))), "{no_manager:?}");
    let nobody = strike(None, Some(UserId(999_999)));
    let nobody = round::void_item(&house.db, &manager, line, &nobody, &none).await;
    assert!(matches!(nobody, Err(Error::Store(store::Error::NotFound(_)))), "{nobody:?}");
    assert_eq!(house.check(&diner).await, Some((3600, 0)));
    for left in [1800, 0] {
        let given = round::void_item(&house.db, &manager, line, &by(&manager), &none).await.unwrap();
        assert_eq!(body(&given)["approved_by"], serde_json::json!(manager.user_id()));
        assert_eq!(house.check(&diner).await, Some((left, 0)));
    }
    // It was served all the same.
    assert_eq!(house.rounds(&diner).await, [RoundStatus::Served]);
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
