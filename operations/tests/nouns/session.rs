//! Sessions: one a table, moved whole, ended when nothing is owed.

use crate::{
    House,
    house::{body, number},
};
use auth::{AnyRole, Floor, Management};
use domain::{
    ProblemCode,
    call::CallType,
    round::{RoundAction, RoundStatus},
};
use operations::{Attempt, Error, call, check, round, session};

#[tokio::test]
async fn phones_at_one_table_share_its_session() {
    let house = House::open().await;
    let (one, two) = (house.scan("INT-01").await, house.scan("INT-01").await);
    assert_eq!(one.session_id(), two.session_id());
    assert_ne!(one.phone_id(), two.phone_id());
    assert_eq!(house.heard(), ["TABLE_SESSION_STARTED"]);
}

#[tokio::test]
async fn a_table_is_not_closed_over_an_unpaid_check() {
    let house = House::open().await;
    let (diner, waiter) = (house.scan("INT-01").await, house.staff::<Floor>("waiter").await);
    house.send(&diner, &[("Limonada", 1)]).await;
    check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
    let table = diner.table_id();
    let refused = session::close(&house.db, &waiter, table, false, &Attempt::default()).await;
    assert!(matches!(refused, Err(Error::Refused { code: ProblemCode::CheckNotPaid, .. })), "{refused:?}");
    let forced = session::close(&house.db, &waiter, table, true, &Attempt::default()).await;
    assert!(matches!(forced, Err(Error::Forbidden(_))), "{forced:?}");
    let admin = house.staff::<Floor>("admin").await;
    let closed = session::close(&house.db, &admin, table, true, &Attempt::default()).await.unwrap();
    assert_eq!(body(&closed)["session_status"], "CLOSED");
}

#[tokio::test]
async fn a_party_moves_to_a_free_table_only() {
    let house = House::open().await;
    let (diner, waiter) = (house.scan("INT-01").await, house.staff::<Floor>("waiter").await);
    let taken = house.table("INT-02").await;
    let none = Attempt::default();
    let refused = session::move_to(&house.db, &waiter, diner.table_id(), taken, &none).await;
    assert!(refused.is_err(), "{refused:?}");
    session::clear(&house.db, &waiter, taken, &none).await.unwrap();
    let moved = session::move_to(&house.db, &waiter, diner.table_id(), taken, &none).await.unwrap();
    assert_eq!(number(&moved, "session_id"), diner.session_id().get());
    let same = session::move_to(&house.db, &waiter, taken, taken, &none).await;
    assert!(matches!(same, Err(Error::Refused { code: ProblemCode::SameTable, .. })), "{same:?}");
}

#[tokio::test]
async fn a_table_is_given_to_whoever_serves_there() {
    let house = House::open().await;
    let (diner, manager) = (house.scan("INT-01").await, house.staff::<Management>("manager").await);
    let ana = house.staff::<Floor>("ana").await;
    let given =
        session::transfer(&house.db, &manager, diner.table_id(), ana.user_id(), &Attempt::default()).await.unwrap();
    assert_eq!(number(&given, "assigned_waiter_id"), ana.user_id().get());
    let cook = house.staff::<auth::AnyRole>("kitchen").await;
    let refused = session::transfer(&house.db, &manager, diner.table_id(), cook.user_id(), &Attempt::default()).await;
    assert!(matches!(refused, Err(Error::Refused { code: ProblemCode::NotAWaiterHere, .. })), "{refused:?}");
}

#[tokio::test]
async fn closing_bills_what_was_served_and_cancels_the_rest() {
    let house = House::open().await;
    let (diner, waiter) = (house.scan("INT-01").await, house.staff::<Floor>("waiter").await);
    let admin = house.staff::<AnyRole>("admin").await;
    let served = house.send(&diner, &[("Limonada", 2)]).await;
    for action in [RoundAction::Start, RoundAction::Ready, RoundAction::Serve] {
        round::advance(&house.db, &admin, served, action, &Attempt::default()).await.unwrap();
    }
    house.send(&diner, &[("Empanada de carne", 1)]).await;
    call::create(&house.db, &diner, CallType::PaymentHelp, &Attempt::default()).await.unwrap();
    house.heard();
    let closed = session::close(&house.db, &waiter, diner.table_id(), false, &Attempt::default()).await.unwrap();
    // The total is what was ordered, as the shipped waiter reads it; owed is what was served.
    assert_eq!((number(&closed, "total_cents"), number(&closed, "paid_cents")), (4800, 0));
    assert_eq!(number(&closed, "owed_cents"), 3600);
    assert_eq!(house.heard(), ["ROUND_CANCELED", "TABLE_CLEARED"]);
    assert_eq!(house.rounds(&diner).await, [RoundStatus::Served, RoundStatus::Canceled]);
    assert_eq!(house.check(&diner).await, Some((3600, 0)));
}
