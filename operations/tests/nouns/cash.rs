//! The drawer: one open a branch, counted against what was booked.

use crate::{
    House,
    house::{body, number},
};
use auth::Management;
use domain::{BranchId, CashSessionId, Cents, ProblemCode, cash::MovementType, tips::MoneyMethod};
use operations::{Attempt, Error, cash};
use wire::cash::{Counted, Movement, Opening};

#[tokio::test]
async fn a_drawer_is_opened_once_and_counted_against_its_movements() {
    let house = House::open().await;
    let manager = house.staff::<Management>("manager").await;
    let branch = house.scan("INT-01").await.branch_id();
    let opening = Opening { branch_id: branch, opening_amount_cents: Cents::new(10_000).unwrap(), register_name: None };
    let none = Attempt::default();
    let opened = cash::open(&house.db, &manager, &opening, &none).await.unwrap();
    let again = cash::open(&house.db, &manager, &opening, &none).await;
    assert!(matches!(again, Err(Error::Refused { code: ProblemCode::CashSessionOpen, .. })), "{again:?}");
    let session_id = CashSessionId(number(&opened, "id"));
    let out = Movement {
        session_id,
        movement_type: MovementType::Expense,
        amount_cents: 2_500,
        payment_method: MoneyMethod::Cash,
        description: None,
        reference_type: None,
        reference_id: None,
    };
    let booked = cash::record(&house.db, &manager, &out, &none).await.unwrap();
    assert_eq!(number(&booked, "amount_cents"), -2_500);
    let counted = Counted { session_id, actual_amount_cents: Cents::new(7_400).unwrap(), notes: None };
    let closed = cash::close(&house.db, &manager, &counted, &none).await.unwrap();
    assert_eq!(number(&closed, "difference_cents"), -100, "{}", body(&closed));
    assert!(cash::record(&house.db, &manager, &out, &none).await.is_err(), "a closed drawer takes nothing");
}

#[tokio::test]
async fn a_branch_of_another_business_does_not_exist() {
    let house = House::open().await;
    let manager = house.staff::<Management>("manager").await;
    let opening = Opening { branch_id: BranchId(999), opening_amount_cents: Cents::ZERO, register_name: None };
    let refused = cash::open(&house.db, &manager, &opening, &Attempt::default()).await;
    assert!(matches!(refused, Err(Error::Store(_))), "{refused:?}");
}
