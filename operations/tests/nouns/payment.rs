//! Money that staff take and give back: never more than is owed, never more back than came.

use crate::{House, house::number};
use auth::{Diner, Floor, Management};
use domain::{Cents, CheckId, PaymentId, payment::Tender};
use operations::{
    Attempt, Error, check,
    payment::{self, Registration},
};
use wire::payment::Refunding;

async fn asked(house: &House) -> (Diner, CheckId) {
    let diner = house.scan("INT-01").await;
    house.send(&diner, &[("Limonada", 2)]).await;
    let check = check::request(&house.db, &diner, &Attempt::default()).await.unwrap();
    (diner, CheckId(number(&check, "check_id")))
}

fn cash(check: CheckId, cents: i64, received: i64) -> Registration {
    Registration {
        check,
        tender: Tender::Cash,
        amount: Cents::new(cents).unwrap(),
        tip: None,
        received: Some(Cents::new(received).unwrap()),
        diner: None,
        notes: None,
    }
}

#[tokio::test]
async fn the_last_peso_is_taken_once() {
    let house = House::open().await;
    let (diner, check) = asked(&house).await;
    let waiter = house.staff::<Floor>("waiter").await;
    let none = Attempt::default();
    let paid = payment::register(&house.db, &waiter, &cash(check, 2000, 5000), &none).await.unwrap();
    assert_eq!((number(&paid, "change_cents"), number(&paid, "check_remaining_cents")), (3000, 1600));
    let much = payment::register(&house.db, &waiter, &cash(check, 1601, 2000), &none).await;
    assert!(matches!(much, Err(Error::TooMuch { remaining }) if remaining.get() == 1600), "{much:?}");
    payment::register(&house.db, &waiter, &cash(check, 1600, 1600), &none).await.unwrap();
    assert_eq!(house.check(&diner).await, Some((3600, 3600)));
    assert_eq!(house.heard().iter().filter(|kind| *kind == "CHECK_PAID").count(), 1);
}

#[tokio::test]
async fn no_more_goes_back_than_came() {
    let house = House::open().await;
    let (diner, check) = asked(&house).await;
    let (waiter, manager) = (house.staff::<Floor>("waiter").await, house.staff::<Management>("manager").await);
    let paid = payment::register(&house.db, &waiter, &cash(check, 3600, 3600), &Attempt::default()).await.unwrap();
    let paid = PaymentId(number(&paid, "payment_id"));
    let back = |cents: i64| Refunding {
        amount_cents: Some(cents.try_into().unwrap()),
        reason: "Cold".to_owned().try_into().unwrap(),
    };
    let none = Attempt::default();
    payment::refund(&house.db, &manager, paid, &back(600), &none).await.unwrap();
    assert_eq!(house.check(&diner).await, Some((3600, 3000)));
    let much = payment::refund(&house.db, &manager, paid, &back(3001), &none).await;
    assert!(matches!(much, Err(Error::TooMuchBack { left }) if left.get() == 3000), "{much:?}");
}
