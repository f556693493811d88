//! 86 and counted portions: what is out cannot be ordered, and what is not made can be sold again.

use crate::House;
use auth::{AnyRole, KitchenCrew, Management};
use domain::{
    Patch,
    menu::SupplyChange,
    round::{RoundAction, RoundStatus},
};
use operations::{
    Attempt, Error,
    menu::{Availability, set_availability},
    round,
};

fn portions(remaining: i32) -> Availability {
    Availability {
        supply: SupplyChange { is_available: true, remaining: Patch::Value(remaining), until: Patch::Absent },
        branch_id: None,
    }
}

#[tokio::test]
async fn a_canceled_round_gives_its_portions_back_unless_they_are_being_made() {
    for begun in [false, true] {
        let house = House::open().await;
        let (diner, crew) = (house.scan("INT-01").await, house.staff::<KitchenCrew>("kitchen").await);
        let none = Attempt::default();
        let product = house.product("Provoleta").await;
        set_availability(&house.db, &crew, product, portions(2), &none).await.unwrap();
        let sent = house.send(&diner, &[("Provoleta", 2)]).await;
        house.wait(chrono::TimeDelta::seconds(11));
        let order = house.order(&[("Provoleta", 1)]).await;
        let out = round::submit(&house.db, &diner, &order, &none).await;
        assert!(matches!(out, Err(Error::Conflict { .. } | Error::Refused { .. })), "{out:?}");
        if begun {
            let kitchen = house.staff::<AnyRole>("kitchen").await;
            round::advance(&house.db, &kitchen, sent, RoundAction::Start, &none).await.unwrap();
        }
        let manager = house.staff::<Management>("manager").await;
        round::cancel(&house.db, &manager, sent, &"Gone".to_owned().try_into().unwrap(), &none).await.unwrap();
        assert_eq!(house.rounds(&diner).await, [RoundStatus::Canceled]);
        assert_eq!(round::submit(&house.db, &diner, &order, &none).await.is_ok(), !begun, "begun: {begun}");
    }
}
