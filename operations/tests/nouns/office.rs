//! The office: what it deletes comes back as it was, and whoever was dismissed changes nothing any more.

use crate::{House, house::number};
use auth::AdminOnly;
use domain::office::EntityKind;
use operations::{Attempt, Error, office, staff};

#[tokio::test]
async fn a_deleted_category_takes_its_menu_along_and_brings_it_back() {
    let house = House::open().await;
    let admin = house.staff::<AdminOnly>("admin").await;
    let before = house.db.menu_rows(&admin).await.unwrap();
    let category = before.categories[0].id;
    let none = Attempt::default();
    office::delete(&house.db, &admin, EntityKind::Category, category.get(), &none).await.unwrap();
    let gone = house.db.menu_rows(&admin).await.unwrap();
    assert!(gone.products.len() < before.products.len());
    office::restore(&house.db, &admin, EntityKind::Category, category.get(), &none).await.unwrap();
    let back = house.db.menu_rows(&admin).await.unwrap();
    assert_eq!(back.products.len(), before.products.len());
}

#[tokio::test]
async fn whoever_was_dismissed_meanwhile_changes_nothing() {
    let house = House::open().await;
    let admin = house.staff::<AdminOnly>("admin").await;
    let fired = house.staff::<AdminOnly>("admin").await;
    let none = Attempt::default();
    let manager = house.staff::<auth::Management>("admin").await;
    let new = serde_json::json!({ "email": "second@demo.com", "password": "A-good-password-1", "first_name": "S",
        "last_name": "A", "branch_roles": [{ "branch_id": 1, "role": "ADMIN" }] });
    let second = staff::create(&house.db, &manager, &serde_json::from_value(new).unwrap(), &none).await.unwrap();
    assert!(number(&second, "id") > 0);
    let second = house.staff::<AdminOnly>("second").await;
    office::delete(&house.db, &second, EntityKind::Staff, admin.user_id().get(), &none).await.unwrap();
    let category = house.db.menu_rows(&second).await.unwrap().categories[0].id;
    let refused = office::delete(&house.db, &fired, EntityKind::Category, category.get(), &none).await;
    assert!(matches!(refused, Err(Error::Unauthorized(_))), "{refused:?}");
}
