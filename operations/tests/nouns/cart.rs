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

async fn guest(house: &House, name: &str) -> (Diner, domain::DinerId) {
    let phone = house.scan("INT-01").await;
    let registration = Registration {
        name: name.to_owned().try_into().unwrap(),
        color: "#336699".to_owned().try_into().unwrap(),
        local_id: None,
        device_id: None,
        device_fingerprint: None,
    };
    let row = diner::register(&house.db, &phone, &registration).await.unwrap();
    (phone, row.id)
}

async fn add(house: &House, (phone, id): &(Diner, domain::DinerId), product: &str, quantity: i64) {
    let new = NewCartLine { diner_id: Some(*id), ..line(house, product, quantity).await };
    cart::add(&house.db, phone, &new, &Attempt::default()).await.unwrap();
}

#[tokio::test]
async fn what_was_not_sent_stays_in_the_cart() {
    let house = House::open().await;
    let (ana, beto) = (guest(&house, "Ana").await, guest(&house, "Beto").await);
    add(&house, &ana, "Limonada", 1).await;
    add(&house, &beto, "Empanada de carne", 3).await;
    house.heard();
    house.send(&ana.0, &[("Limonada", 1)]).await;
    assert_eq!(house.heard(), ["ROUND_SUBMITTED", "CART_ITEM_REMOVED", "CART_SYNC"]);
    house.send(&ana.0, &[("Empanada de carne", 2)]).await;
    assert_eq!(house.heard(), ["ROUND_SUBMITTED", "CART_SYNC"]);
    let left = house.db.cart(&ana.0).await.unwrap();
    assert_eq!(left.items.iter().map(|line| line.quantity.get()).collect::<Vec<_>>(), [1]);
    house.send(&beto.0, &[("Empanada de carne", 1)]).await;
    assert_eq!(house.heard(), ["ROUND_SUBMITTED", "CART_CLEARED"]);
}

#[tokio::test]
async fn what_a_round_took_is_not_sent_again_by_any_phone() {
    let house = House::open().await;
    let (ana, beto) = (guest(&house, "Ana").await, guest(&house, "Beto").await);
    add(&house, &ana, "Limonada", 2).await;
    let first = house.send(&ana.0, &[("Limonada", 2)]).await;
    house.heard();
    assert_eq!(house.send(&beto.0, &[("Limonada", 2)]).await, first);
    assert!(house.heard().is_empty(), "a repeat tells nobody anything");
    add(&house, &beto, "Limonada", 2).await;
    assert_ne!(house.send(&beto.0, &[("Limonada", 2)]).await, first, "added again since");
    house.wait(chrono::TimeDelta::seconds(11));
    assert_ne!(house.send(&beto.0, &[("Limonada", 2)]).await, first, "long after");
}

#[tokio::test]
async fn without_a_cart_each_phone_has_its_order() {
    let house = House::open().await;
    let (ana, beto) = (guest(&house, "Ana").await, guest(&house, "Beto").await);
    let first = house.send(&ana.0, &[("Limonada", 1)]).await;
    assert_eq!(house.send(&ana.0, &[("Limonada", 1)]).await, first);
    assert_ne!(house.send(&beto.0, &[("Limonada", 1)]).await, first);
}

#[tokio::test]
async fn a_price_is_told_once_when_it_changes() {
    let house = House::open().await;
    let ana = guest(&house, "Ana").await;
    add(&house, &ana, "Limonada", 1).await;
    house.heard();
    let branch = ana.0.branch_id();
    assert!(house.db.repriced_carts(branch).await.unwrap().is_empty());
    let manager = house.staff::<auth::Management>("manager").await;
    let product = house.product("Limonada").await;
    let patch = serde_json::json!({"branch_prices": [{"branch_id": branch, "price_cents": 2_500}]});
    let patch = serde_json::from_value(patch).unwrap();
    operations::product::update(&house.db, &manager, product, &patch, &Attempt::default()).await.unwrap();
    house.heard();
    let due = house.db.repriced_carts(branch).await.unwrap();
    assert_eq!(due.len(), 1);
    // Two processes look at the same moment: one of them speaks.
    for told in [vec!["CART_ITEM_UPDATED"], vec![]] {
        cart::reprice(&house.db, &due[0]).await.unwrap();
        assert_eq!(house.heard(), told);
    }
    assert!(house.db.repriced_carts(branch).await.unwrap().is_empty());
}
