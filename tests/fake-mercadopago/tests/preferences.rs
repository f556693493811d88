//! Preferences: what is accepted, what is refused, and that creating twice creates two.

use std::time::Duration;

use fake_mercadopago::{FakeError, Outcome, Seller};
use serde_json::{Value, json};

use crate::scene::Scene;

#[tokio::test]
async fn a_preference_is_echoed_with_the_providers_own_fields() {
    let scene = Scene::new().await;
    let body = json!({"items": [{"title": "Mesa 4", "quantity": 2, "unit_price": 10.5}], "metadata": {"branch": 1}});
    let (status, made) = scene.call("POST", "/checkout/preferences/", Some(body)).await;
    assert_eq!(status, 201);
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("900100201-") && id.len() == "900100201-".len() + 36, "{id}");
    assert_eq!(made["init_point"], format!("{}/checkout/v1/redirect?pref_id={id}", scene.fake.base_url()));
    assert_eq!(made["metadata"]["branch"], 1);
    assert_eq!(made["external_reference"], "");
    assert_eq!(made["notification_url"], Value::Null);
    assert_eq!(made["date_created"], "2026-02-20T19:34:35.000-04:00");
    assert_eq!(scene.get(&format!("/checkout/preferences/{id}")).await, (200, made));
    let (status, _) = scene.call("POST", "/v1/nothing", Some(json!({}))).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn what_the_provider_refuses_is_refused() {
    let scene = Scene::new().await;
    let item = json!({"title": "x", "quantity": 1, "unit_price": 10});
    let with = |name: &str, value: Value| {
        let mut body = json!({ "items": [item] });
        body[name] = value;
        body
    };
    let refused = [
        (json!({}), "invalid_items"),
        (json!({"items": []}), "invalid_items"),
        (json!({"items": [{"title": "x", "quantity": 0, "unit_price": 10}]}), "invalid_items"),
        (json!({"items": [{"title": "x", "quantity": 1.5, "unit_price": 10}]}), "invalid_items"),
        (json!({"items": [{"title": "x", "quantity": 1, "unit_price": 0}]}), "invalid_items"),
        (json!({"items": [{"title": "x", "quantity": 1, "unit_price": 1.005}]}), "invalid_items"),
        (json!({"items": [{"title": "x", "quantity": 1, "unit_price": 1, "currency_id": "COP"}]}), "invalid_items"),
        (with("external_reference", "x".repeat(65).into()), "invalid_external_reference"),
        (with("external_reference", "a b".into()), "invalid_external_reference"),
        (with("notification_url", format!("https://x.test/{}", "y".repeat(240)).into()), "invalid_notification_url"),
        (with("auto_return", "approved".into()), "invalid_auto_return"),
        (with("payment_methods", json!({"installments": 37})), "invalid_payment_methods"),
        (with("expiration_date_to", "tomorrow".into()), "invalid_expiration_date_to"),
    ];
    for (body, error) in refused {
        let (status, answer) = scene.call("POST", "/checkout/preferences", Some(body.clone())).await;
        assert_eq!((status, &answer["error"]), (400, &json!(error)), "{body}");
        assert_eq!(answer["status"], 400);
        assert_eq!(answer["cause"], Value::Null);
    }
    let mut local = with("auto_return", "approved".into());
    local["back_urls"] = json!({"success": "http://localhost:3000/ok"});
    assert_eq!(scene.call("POST", "/checkout/preferences", Some(local.clone())).await.0, 400);
    scene.fake.set_quirks(|quirks| quirks.local_auto_return = true);
    assert_eq!(scene.call("POST", "/checkout/preferences", Some(local)).await.0, 201);
}

#[tokio::test]
async fn pesos_without_fractions_and_foreign_tokens() {
    let mut scene = Scene::new().await;
    let chile = Seller::chile(1);
    scene.fake.add_seller(chile.clone());
    scene.seller = chile;
    let price = |price: Value| json!({"items": [{"title": "x", "quantity": 1, "unit_price": price}]});
    assert_eq!(scene.call("POST", "/checkout/preferences", Some(price(json!(10.5)))).await.0, 400);
    assert_eq!(scene.call("POST", "/checkout/preferences", Some(price(json!(1500)))).await.0, 201);
    scene.seller.access_token = "nobody".to_owned();
    assert_eq!(scene.call("POST", "/checkout/preferences", Some(price(json!(1500)))).await.0, 401);
}

#[tokio::test]
async fn one_key_makes_two_preferences_unless_the_knob_says_otherwise() {
    let scene = Scene::new().await;
    let (first, second) = (scene.preference().await, scene.preference().await);
    assert_ne!(first, second);
    assert_eq!(scene.fake.preferences_of("intent-1").len(), 2);
    let (_, found) = scene.get("/checkout/preferences/search?external_reference=intent-1").await;
    assert_eq!(found["elements"].as_array().unwrap().len(), 2);
    scene.fake.set_quirks(|quirks| quirks.dedupe_preferences = true);
    assert_eq!(scene.preference().await, scene.preference().await);
}

#[tokio::test]
async fn an_expired_preference_takes_no_new_payment_but_an_old_one_may_still_be_approved() {
    let scene = Scene::new().await;
    let to = "2026-02-20T20:00:00.000-04:00";
    let preference = scene.preference_with(json!({"expires": true, "expiration_date_to": to})).await;
    let slow = scene.fake.pay(&preference, Outcome::PendingThenNothing, None).unwrap();
    scene.fake.clock().advance(Duration::from_secs(3600));
    assert!(matches!(scene.fake.pay(&preference, Outcome::Approve, None), Err(FakeError::PreferenceClosed(_))));
    scene.fake.advance(slow, fake_mercadopago::Move::Approve).unwrap();
    assert_eq!(scene.payment(slow).await["status"], "approved");
    let open = scene.preference().await;
    let close = json!({"expires": true, "expiration_date_to": "2026-02-20T20:00:00.000-04:00"});
    let (status, closed) = scene.call("PUT", &format!("/checkout/preferences/{open}"), Some(close)).await;
    assert_eq!((status, &closed["preference_expired"]), (200, &json!(true)));
    assert!(scene.fake.pay(&open, Outcome::Approve, None).is_err());
}
