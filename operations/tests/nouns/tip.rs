//! Tips: entered where they were left, shared out once, to the cent.

use crate::{
    House,
    house::{body, number},
};
use auth::Management;
use domain::{ProblemCode, tips::MoneyMethod};
use operations::{Attempt, Error, tip};
use wire::tip::{Distribution, EnteredTip};

#[tokio::test]
async fn a_tip_is_shared_out_once_and_to_the_cent() {
    let house = House::open().await;
    let manager = house.staff::<Management>("manager").await;
    let branch = house.scan("INT-01").await.branch_id();
    let left = EnteredTip {
        branch_id: Some(branch),
        amount_cents: 1_001.try_into().unwrap(),
        payment_method: MoneyMethod::Cash,
        waiter_id: None,
        table_session_id: None,
        check_id: None,
    };
    let none = Attempt::default();
    let entered = tip::enter(&house.db, &manager, &left, &none).await.unwrap();
    let pool = serde_json::json!({ "branch_id": branch, "name": "Sala", "waiter_percent": 33, "kitchen_percent": 33,
        "other_percent": 34 });
    let pool = tip::create_pool(&house.db, &manager, &serde_json::from_value(pool).unwrap(), &none).await.unwrap();
    let asked = Distribution { tip_id: number(&entered, "id"), pool_id: number(&pool, "id") };
    let shared = body(&tip::distribute(&house.db, &manager, asked, &none).await.unwrap());
    let sum: i64 = shared.as_array().unwrap().iter().map(|part| part["amount_cents"].as_i64().unwrap()).sum();
    assert_eq!(sum, 1_001);
    let again = tip::distribute(&house.db, &manager, asked, &none).await;
    assert!(matches!(again, Err(Error::Refused { code: ProblemCode::AlreadyDistributed, .. })), "{again:?}");
}
