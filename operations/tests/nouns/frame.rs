//! The frame: a repeated key gets the first answer byte for byte, whatever became of its object meanwhile (I7).

use crate::{
    House,
    house::{body, keyed, number},
};
use auth::{Floor, Management};
use domain::{ProblemCode, event::Actor, round::RoundAction};
use operations::{Error, Outcome, call, check, round};
use wire::check::Discounting;

#[tokio::test]
async fn a_repeated_key_gets_the_first_answer_and_does_nothing() {
    let house = House::open().await;
    let diner = house.scan("INT-01").await;
    let order = house.order(&[("Limonada", 2)]).await;
    let attempt = keyed("k1", "two lemonades");
    let first = round::submit(&house.db, &diner, &order, &attempt).await.unwrap();
    house.heard();
    let again = round::submit(&house.db, &diner, &order, &attempt).await.unwrap();
    assert_eq!(again, first);
    assert!(house.heard().is_empty(), "a repeat tells nobody anything");
    assert_eq!(house.rounds(&diner).await.len(), 1);
}

#[tokio::test]
async fn the_key_of_another_request_is_refused() {
    let house = House::open().await;
    let diner = house.scan("INT-01").await;
    let order = house.order(&[("Limonada", 2)]).await;
    round::submit(&house.db, &diner, &order, &keyed("k1", "two lemonades")).await.unwrap();
    let other = house.order(&[("Limonada", 3)]).await;
    let refused = round::submit(&house.db, &diner, &other, &keyed("k1", "three lemonades")).await;
    assert!(matches!(refused, Err(Error::Store(store::Error::KeyReused))), "{refused:?}");
}

#[tokio::test]
async fn what_a_command_took_away_does_not_take_its_answer_along() {
    let house = House::open().await;
    let (diner, waiter) = (house.scan("INT-01").await, house.staff::<Floor>("waiter").await);
    let manager = house.staff::<Management>("manager").await;
    house.send(&diner, &[("Limonada", 2)]).await;
    check::request_by_staff(&house.db, &waiter, diner.session_id(), &keyed("c", "check")).await.unwrap();
    let percent = |value| Discounting {
        discount_type: domain::check::DiscountType::Percent,
        value,
        reason: "Birthday".to_owned().try_into().unwrap(),
        charge_ids: None,
        item_ids: None,
    };
    let given =
        check::discount(&house.db, &manager, diner.session_id(), &percent(10), &keyed("d", "ten")).await.unwrap();
    let discount = domain::DiscountId(number(&given, "discount_id"));
    let first = check::remove_discount(&house.db, &manager, discount, &keyed("r", "remove")).await.unwrap();
    let again = check::remove_discount(&house.db, &manager, discount, &keyed("r", "remove")).await.unwrap();
    assert_eq!(again, first);
    let stranger = check::remove_discount(&house.db, &manager, discount, &keyed("r2", "remove")).await;
    assert!(matches!(stranger, Err(Error::Store(store::Error::NotFound(_)))), "{stranger:?}");
}

#[tokio::test]
async fn what_is_refused_leaves_its_key_free() {
    let house = House::open().await;
    let (diner, waiter) = (house.scan("INT-01").await, house.staff::<Floor>("waiter").await);
    let attempt = keyed("k", "check");
    let refused = check::request_by_staff(&house.db, &waiter, diner.session_id(), &attempt).await;
    assert!(matches!(refused, Err(Error::Refused { code: ProblemCode::NothingOrdered, .. })), "{refused:?}");
    house.send(&diner, &[("Limonada", 1)]).await;
    let asked = check::request_by_staff(&house.db, &waiter, diner.session_id(), &attempt).await.unwrap();
    assert_eq!(number(&asked, "total_cents"), 1800);
}

#[tokio::test]
async fn an_answer_says_what_the_command_came_to() {
    let house = House::open().await;
    let diner = house.scan("INT-01").await;
    let call = call::create(&house.db, &diner, domain::call::CallType::PaymentHelp, &keyed("a", "call")).await.unwrap();
    assert_eq!((call.outcome, body(&call)["status"].as_str()), (Outcome::Changed, Some("OPEN")));
    let emptied = operations::cart::clear(&house.db, &diner, &keyed("b", "clear")).await.unwrap();
    assert_eq!((emptied.outcome, emptied.body.len()), (Outcome::Nothing, 0));
    let again = operations::cart::clear(&house.db, &diner, &keyed("b", "clear")).await.unwrap();
    assert_eq!(again, emptied);
}

/// The guard behind the frame: whoever changes a debt without settling it commits nothing.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a transaction without the frame is what is tried")]
async fn a_debt_that_no_check_says_is_not_committed() {
    let house = House::open().await;
    let (diner, manager) = (house.scan("INT-01").await, house.staff::<Management>("manager").await);
    let sent = house.send(&diner, &[("Limonada", 2)]).await;
    let manager = &manager;
    let forgot: operations::Result<()> = house
        .db
        .transaction("test.forgot", |uow| async move {
            let (session, round) = uow.lock_round(manager, sent).await?;
            let canceled = round.status.after(RoundAction::Cancel)?;
            uow.set_round_status(&round, canceled, manager.user_id(), None).await?;
            uow.emit(
                session.place(),
                Actor::DINER,
                domain::event::Event::CartCleared(domain::event::CartCleared { cleared: true }),
            );
            Ok(())
        })
        .await;
    let why = format!("{:?}", forgot.unwrap_err());
    assert!(why.contains("was not settled after round.cancel"), "{why}");
    assert_eq!(house.rounds(&diner).await, [domain::round::RoundStatus::Submitted]);
}
