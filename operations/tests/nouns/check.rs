//! Checks: asked for once, discounted, claimed, withdrawn, to the cent.

use crate::{House, house::number};
use auth::{Floor, Management};
use domain::{ProblemCode, check::DiscountType};
use operations::{Attempt, Error, check};
use wire::check::Discounting;

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
