//! Checks: asked for once, discounted, claimed, withdrawn, to the cent.

use crate::{
    House,
    house::{keyed, number},
};
use auth::{AnyRole, Floor, Management};
use domain::{CheckId, ProblemCode, RoundItemId, check::DiscountType};
use operations::{Attempt, Error, check, round, session};
use wire::{
    check::{Discounting, ReversingWriteOff, WritingOff},
    round::VoidItem,
};

fn off(kind: DiscountType, value: i64) -> Discounting {
    let reason = "Birthday".to_owned().try_into().unwrap();
    Discounting { discount_type: kind, value, reason, charge_ids: None, item_ids: None }
}

#[tokio::test]
async fn asked_for_again_it_is_the_same_check() {
    let house = House::open().await;
    let (diner, waiter) = (house.scan("INT-01").await, house.staff::<Floor>("waiter").await);
    house.send(&diner, &[("Limonada", 2)]).await;
    let first = check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
    let by_waiter = check::request_by_staff(&house.db, &waiter, diner.session_id(), &Attempt::default()).await.unwrap();
    assert_eq!(number(&by_waiter, "check_id"), number(&first, "check_id"));
    let heard = house.heard();
    assert_eq!(heard.iter().filter(|kind| *kind == "CHECK_REQUESTED").count(), 1, "{heard:?}");
}

#[tokio::test]
async fn a_discount_takes_off_what_it_says_and_no_more_than_there_is() {
    let house = House::open().await;
    let (diner, manager) = (house.scan("INT-01").await, house.staff::<Management>("manager").await);
    house.send(&diner, &[("Limonada", 1), ("Empanada de carne", 1)]).await;
    check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
    let session = diner.session_id();
    check::discount(&house.db, &manager, session, &off(DiscountType::Percent, 10), &Attempt::default()).await.unwrap();
    assert_eq!(house.check(&diner).await, Some((2700, 0)));
    let much = off(DiscountType::Amount, 2701);
    let refused = check::discount(&house.db, &manager, session, &much, &Attempt::default()).await;
    assert!(matches!(refused, Err(Error::Refused { code: ProblemCode::DiscountTooLarge, .. })), "{refused:?}");
    assert_eq!(house.check(&diner).await, Some((2700, 0)));
}

#[tokio::test]
async fn a_discount_is_for_the_items_that_it_names() {
    let house = House::open().await;
    let (diner, manager) = (house.scan("INT-01").await, house.staff::<Management>("manager").await);
    house.send(&diner, &[("Limonada", 1), ("Empanada de carne", 1)]).await;
    check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
    let session = diner.session_id();
    let visit = house.db.rounds_of_visit(&diner, session).await.unwrap();
    let item = visit[0].items[1].id;
    let none = Attempt::default();
    let half = |items: Vec<_>| Discounting { item_ids: Some(items), ..off(DiscountType::Percent, 50) };
    for wrong in [vec![], vec![item, item]] {
        let refused = check::discount(&house.db, &manager, session, &half(wrong), &none).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    let unknown = check::discount(&house.db, &manager, session, &half(vec![domain::RoundItemId(99_999)]), &none).await;
    assert!(matches!(unknown, Err(Error::NotFound(_))), "{unknown:?}");
    let much = Discounting { item_ids: Some(vec![item]), ..off(DiscountType::Amount, 1201) };
    let refused = check::discount(&house.db, &manager, session, &much, &none).await;
    assert!(matches!(refused, Err(Error::Refused { code: ProblemCode::DiscountTooLarge, .. })), "{refused:?}");
    check::discount(&house.db, &manager, session, &half(vec![item]), &none).await.unwrap();
    assert_eq!(house.check(&diner).await, Some((2400, 0)));
}

#[tokio::test]
async fn a_withdrawn_check_takes_on_what_is_ordered_next() {
    let house = House::open().await;
    let (diner, waiter) = (house.scan("INT-01").await, house.staff::<Floor>("waiter").await);
    house.send(&diner, &[("Limonada", 1)]).await;
    check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
    check::withdraw(&house.db, &waiter, diner.session_id(), &Attempt::default()).await.unwrap();
    house.send(&diner, &[("Empanada de carne", 1)]).await;
    let again = check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
    assert_eq!(number(&again, "total_cents"), 3000);
}

#[tokio::test]
async fn an_amount_for_named_items_goes_with_the_one_that_is_struck() {
    for (named, left) in [(true, 1200 - 240), (false, 1200 - 600)] {
        let house = House::open().await;
        let (diner, manager) = (house.scan("INT-01").await, house.staff::<Management>("manager").await);
        house.send(&diner, &[("Limonada", 1), ("Empanada de carne", 1)]).await;
        check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
        let visit = house.db.rounds_of_visit(&diner, diner.session_id()).await.unwrap();
        let items: Vec<RoundItemId> = visit[0].items.iter().map(|item| item.id).collect();
        // 360 of it are the lemonade's, 240 the empanada's.
        let wanted = Discounting { item_ids: named.then(|| items.clone()), ..off(DiscountType::Amount, 600) };
        check::discount(&house.db, &manager, diner.session_id(), &wanted, &Attempt::default()).await.unwrap();
        assert_eq!(house.check(&diner).await, Some((2400, 0)));
        house.wait(chrono::TimeDelta::seconds(1));
        let by = house.staff::<AnyRole>("manager").await;
        let strike = VoidItem { reason: "Cold".to_owned().try_into().unwrap(), qty: None, approved_by: None };
        round::void_item(&house.db, &by, items[0], &strike, &Attempt::default()).await.unwrap();
        assert_eq!(house.check(&diner).await, Some((left, 0)), "named: {named}");
    }
}

#[tokio::test]
async fn a_write_off_is_taken_back_by_a_manager_or_by_opening_the_session_again() {
    for by_reopening in [false, true] {
        let house = House::open().await;
        let (diner, manager) = (house.scan("INT-01").await, house.staff::<Management>("manager").await);
        let (admin, kitchen) = (house.staff::<Floor>("admin").await, house.staff::<AnyRole>("manager").await);
        let sent = house.send(&diner, &[("Limonada", 2)]).await;
        for step in [domain::round::RoundAction::Start, domain::round::RoundAction::Ready] {
            round::advance(&house.db, &kitchen, sent, step, &Attempt::default()).await.unwrap();
        }
        let asked = check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
        let id = CheckId(number(&asked, "check_id"));
        let none = Attempt::default();
        session::close(&house.db, &admin, diner.table_id(), true, &none).await.unwrap();
        let because = || "Came back".to_owned().try_into().unwrap();
        let back = ReversingWriteOff { reason: because() };
        let nothing = check::reverse_write_off(&house.db, &manager, id, &back, &none).await;
        let is_nothing = |answer: &Result<_, Error>| {
            matches!(answer, Err(Error::Refused { code: ProblemCode::NothingWrittenOff, .. }))
        };
        assert!(is_nothing(&nothing), "{nothing:?}");
        for amount in [Some(600), None] {
            let amount_cents = amount.map(|cents: i64| cents.try_into().unwrap());
            let gone = WritingOff { amount_cents, reason: because() };
            check::write_off(&house.db, &manager, id, &gone, &none).await.unwrap();
        }
        house.heard();
        if by_reopening {
            let opened = session::reopen(&house.db, &manager, diner.session_id(), &none).await.unwrap();
            assert_eq!(number(&opened, "write_off_reversed_cents"), 3600);
            assert_eq!(house.heard(), ["TABLE_STATUS_CHANGED", "CHECK_REQUESTED"]);
        } else {
            let taken = check::reverse_write_off(&house.db, &manager, id, &back, &keyed("k", "back")).await.unwrap();
            let again = check::reverse_write_off(&house.db, &manager, id, &back, &keyed("k", "back")).await.unwrap();
            assert_eq!(taken.body, again.body);
            assert_eq!((number(&taken, "reversed_cents"), number(&taken, "remaining_cents")), (3600, 3600));
            assert_eq!(house.heard(), ["CHECK_REQUESTED"]);
        }
        let nothing = check::reverse_write_off(&house.db, &manager, id, &back, &none).await;
        assert!(is_nothing(&nothing), "{nothing:?}");
    }
}
