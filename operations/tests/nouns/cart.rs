//! The shared cart: increments add up, and what is not on the menu never gets in.

use crate::House;
use auth::Diner;
use domain::{ProblemCode, menu::Choices, text::Quantity};
use operations::{
    Attempt, Error,
    cart::{self, NewCartLine},
    diner::{self, Registration},
};

async fn joined(house: &House) -> Diner {
    let phone = house.scan("INT-01").await;
    let registration = Registration {
        name: "Ana".to_owned().try_into().unwrap(),
        color: "#336699".to_owned().try_into().unwrap(),
        local_id: Some("ana".to_owned().try_into().unwrap()),
        device_id: None,
        device_fingerprint: None,
    };
    diner::register(&house.db, &phone, &registration).await.unwrap();
    phone
}

async fn line(house: &House, product: &str, quantity: i64) -> NewCartLine {
    NewCartLine {
        product_id: house.product(product).await,
        choices: Choices::default(),
        quantity: Quantity::try_from(quantity).unwrap(),
        notes: None,
        diner_id: None,
    }
}

#[tokio::test]
async fn increments_add_up_to_at_most_99() {
    let house = House::open().await;
    let phone = joined(&house).await;
    for (more, sum) in [(2, 2), (3, 5), (98, 99)] {
        let new = line(&house, "Limonada", more).await;
        cart::add(&house.db, &phone, &new, &Attempt::default()).await.unwrap();
        let lines = house.db.cart(&phone).await.unwrap().items;
        assert_eq!(lines.iter().map(|line| line.quantity.get()).collect::<Vec<_>>(), [sum]);
    }
}

#[tokio::test]
async fn sending_empties_the_cart() {
    let house = House::open().await;
    let phone = joined(&house).await;
    cart::add(&house.db, &phone, &line(&house, "Limonada", 2).await, &Attempt::default()).await.unwrap();
    house.heard();
    house.send(&phone, &[("Limonada", 2)]).await;
    assert!(house.db.cart(&phone).await.unwrap().items.is_empty());
    assert!(house.heard().contains(&"CART_CLEARED".to_owned()));
}

#[tokio::test]
async fn nobody_has_a_cart_before_anybody_joined_or_after_the_check_was_asked_for() {
    let house = House::open().await;
    let phone = house.scan("INT-02").await;
    let new = line(&house, "Limonada", 1).await;
    let refused = cart::add(&house.db, &phone, &new, &Attempt::default()).await;
    assert!(matches!(refused, Err(Error::Refused { code: ProblemCode::NoDiner, .. })), "{refused:?}");
    let phone = joined(&house).await;
    house.send(&phone, &[("Limonada", 2)]).await;
    operations::check::request(&house.db, &phone, &Attempt::default()).await.unwrap();
    let refused = cart::add(&house.db, &phone, &new, &Attempt::default()).await;
    assert!(matches!(refused, Err(Error::Illegal(_))), "{refused:?}");
}
