//! Money that staff take and give back: never more than is owed, never more back than came.

use crate::{
    House,
    house::{body, number},
};
use auth::{Diner, Floor, Management};
use domain::{
    Cents, CheckId, PaymentId,
    payment::{Tender, tip::Tip},
};
use operations::{
    Attempt, Error, check,
    payment::{self, Registration},
    tip,
};
use wire::{payment::Refunding, tip::Distribution};

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
        tip_cents: None,
    };
    let none = Attempt::default();
    payment::refund(&house.db, &manager, paid, &back(600), &none).await.unwrap();
    assert_eq!(house.check(&diner).await, Some((3600, 3000)));
    let much = payment::refund(&house.db, &manager, paid, &back(3001), &none).await;
    assert!(matches!(much, Err(Error::TooMuchBack { left }) if left.get() == 3000), "{much:?}");
}

/// A tip of 3000 instead of 300: what goes back is the tip's, the bill stays paid, and the shares follow.
#[tokio::test]
async fn a_mistyped_tip_goes_back_and_is_shared_out_anew() {
    let house = House::open().await;
    let (diner, check) = asked(&house).await;
    let (waiter, manager) = (house.staff::<Floor>("waiter").await, house.staff::<Management>("manager").await);
    let none = Attempt::default();
    let tip = Some(Tip::Amount(Cents::new(3_000).unwrap()));
    let mistyped = Registration { tip, ..cash(check, 3600, 6600) };
    let paid = payment::register(&house.db, &waiter, &mistyped, &none).await.unwrap();
    let paid = PaymentId(number(&paid, "payment_id"));
    let branch = diner.branch_id();
    let pool = serde_json::json!({ "branch_id": branch, "name": "Sala", "waiter_percent": 50, "kitchen_percent": 50,
        "other_percent": 0 });
    let pool = tip::create_pool(&house.db, &manager, &serde_json::from_value(pool).unwrap(), &none).await.unwrap();
    let asked = Distribution { tip_id: 1, pool_id: number(&pool, "id") };
    let share = async || tip::distribute(&house.db, &manager, asked, &none).await;
    share().await.unwrap();
    let back = |amount: i64, tip: i64| Refunding {
        amount_cents: Some(amount.try_into().unwrap()),
        reason: "Mistyped".to_owned().try_into().unwrap(),
        tip_cents: Some(tip.try_into().unwrap()),
    };
    for (amount, of_tip) in [(2_700, 2_701), (3_001, 3_001)] {
        let refused = payment::refund(&house.db, &manager, paid, &back(amount, of_tip), &none).await;
        assert!(matches!(refused, Err(Error::Invalid(_) | Error::TooMuchBack { .. })), "{refused:?}");
    }
    let done = payment::refund(&house.db, &manager, paid, &back(2_700, 2_700), &none).await.unwrap();
    assert_eq!((number(&done, "tip_cents"), number(&done, "net_cents")), (300, 3_600));
    assert_eq!(house.check(&diner).await, Some((3600, 3600)), "the bill stays paid");
    let parts = body(&share().await.unwrap());
    let sum: i64 = parts.as_array().unwrap().iter().map(|part| part["amount_cents"].as_i64().unwrap()).sum();
    assert_eq!(sum, 300);
    assert!(share().await.is_err(), "once");
}

/// Cash that went back and comes again is rounded once, not twice.
#[tokio::test]
async fn a_rounding_goes_with_its_cash() {
    let house = House::open().await;
    let (diner, check) = asked(&house).await;
    let (waiter, manager) = (house.staff::<Floor>("waiter").await, house.staff::<Management>("manager").await);
    let none = Attempt::default();
    let patch = serde_json::from_value(serde_json::json!({ "cash_rounding": 100 })).unwrap();
    operations::branch::update(&house.db, &manager, diner.branch_id(), &patch, &none).await.unwrap();
    let off = serde_json::json!({ "discount_type": "AMOUNT", "value": 1, "reason": "la espera" });
    let session = diner.session_id();
    let off = serde_json::from_value(off).unwrap();
    check::discount(&house.db, &manager, session, &off, &none).await.unwrap();
    for _ in 0..3 {
        let paid = payment::register(&house.db, &waiter, &cash(check, 3500, 3500), &none).await.unwrap();
        assert_eq!(house.check(&diner).await, Some((3500, 3500)));
        let all = refunding(3500);
        payment::refund(&house.db, &manager, PaymentId(number(&paid, "payment_id")), &all, &none).await.unwrap();
        assert_eq!(house.check(&diner).await, Some((3599, 0)));
    }
}

fn refunding(cents: i64) -> Refunding {
    serde_json::from_value(serde_json::json!({ "amount_cents": cents, "reason": "Cold" })).unwrap()
}
