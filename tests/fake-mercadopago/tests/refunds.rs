//! Refunds: exactly as measured on the real provider.

use std::time::Duration;

use fake_mercadopago::{Fault, Move, Route, Rule, When};
use serde_json::{Value, json};

use crate::scene::{Scene, answer};

#[tokio::test]
async fn without_a_key_nothing_happens() {
    let scene = Scene::new().await;
    let id = scene.paid().await;
    let (status, body) = scene.refund(id, None, "").await;
    assert_eq!((status, &body["cause"][0]["code"]), (400, &json!(4292)));
    assert_eq!(scene.fake.refunds_created(id), []);
}

#[tokio::test]
async fn a_replay_is_an_empty_200_and_no_second_refund() {
    let scene = Scene::new().await;
    let id = scene.paid().await;
    let (status, refund) = scene.refund(id, Some("k1"), r#"{"amount":250.50}"#).await;
    assert_eq!((status, &refund["amount"], &refund["status"]), (201, &json!(250.5), &json!("approved")));
    assert_eq!(scene.refund(id, Some("k1"), r#"{"amount":250.50}"#).await, (200, Value::Null));
    assert_eq!(scene.refund(id, Some("k1"), r#"{"amount":1}"#).await, (200, Value::Null), "another body as well");
    scene.fake.set_quirks(|quirks| quirks.refund_key_conflict = true);
    assert_eq!(scene.refund(id, Some("k1"), r#"{"amount":1}"#).await.0, 409);
    assert_eq!(scene.fake.refunds_created(id).len(), 1);
    let (_, list) = scene.get(&format!("/v1/payments/{id}/refunds")).await;
    assert_eq!(list.as_array().unwrap().len(), 1);
    let (status, one) = scene.get(&format!("/v1/payments/{id}/refunds/{}", refund["id"])).await;
    assert_eq!((status, one), (200, refund));
}

#[tokio::test]
async fn parts_add_up_to_a_full_refund_and_no_further() {
    let scene = Scene::new().await;
    let id = scene.paid().await;
    scene.refund(id, Some("k1"), r#"{"amount":1000}"#).await;
    let payment = scene.payment(id).await;
    assert_eq!((&payment["status"], &payment["status_detail"]), (&json!("approved"), &json!("partially_refunded")));
    let (status, body) = scene.refund(id, Some("k2"), r#"{"amount":250.51}"#).await;
    assert_eq!((status, &body["cause"][0]["code"]), (400, &json!(2017)));
    assert_eq!(scene.refund(id, Some("k3"), "").await.0, 201);
    let payment = scene.payment(id).await;
    assert_eq!((&payment["status"], &payment["transaction_amount_refunded"]), (&json!("refunded"), &json!(1250.5)));
    let (status, body) = scene.refund(id, Some("k4"), "{}").await;
    assert_eq!((status, &body["cause"][0]["code"]), (400, &json!(2063)));
    assert_eq!(scene.fake.oracle().net_of("intent-1"), 0);
}

#[tokio::test]
async fn slow_refunds_look_like_a_refusal_without_their_header() {
    let scene = Scene::new().await;
    scene.fake.set_quirks(|quirks| quirks.slow_refunds = true);
    let id = scene.paid().await;
    assert_eq!(scene.refund(id, Some("k1"), r#"{"amount":100}"#).await.0, 400);
    let request = scene.request("POST", &format!("/v1/payments/{id}/refunds"));
    let request = request.header("x-idempotency-key", "k2").header("x-render-in-process-refunds", "true");
    let (status, refund) = answer(request.body(r#"{"amount":200}"#)).await;
    assert_eq!((status, &refund["status"]), (201, &json!("in_process")));
    assert_eq!(scene.payment(id).await["transaction_amount_refunded"], 0);
    let made = scene.fake.refunds_created(id);
    scene.fake.settle_refund(made[0].0, true).unwrap();
    scene.fake.settle_refund(made[1].0, false).unwrap();
    assert!(scene.fake.settle_refund(made[1].0, true).is_err());
    assert_eq!(scene.payment(id).await["transaction_amount_refunded"], 100);
    assert_eq!(scene.fake.oracle().net_of("intent-1"), 115_050);
}

#[tokio::test]
async fn an_empty_account_an_old_payment_and_a_contradiction_refuse() {
    let scene = Scene::new().await;
    let id = scene.paid().await;
    let code = |(status, body): (u16, Value)| (status, body["cause"][0]["code"].as_u64().unwrap_or(0));
    scene.fake.faults().add(Rule::new(Route::CreateRefund, When::Times(1), Fault::ContradictoryRefund));
    assert_eq!(code(scene.refund(id, Some("k1"), "").await), (400, 2084));
    let mut poor = scene.seller.clone();
    poor.balance = Some(100);
    scene.fake.add_seller(poor);
    assert_eq!(code(scene.refund(id, Some("k1"), "").await), (400, 2030));
    scene.fake.add_seller(scene.seller.clone());
    let disputed = scene.paid().await;
    scene.fake.advance(disputed, Move::Mediate).unwrap();
    assert_eq!(code(scene.refund(disputed, Some("k1"), "").await), (400, 2063));
    // The token of 180 days ends with the term for refunds; a new day needs a new grant.
    scene.fake.clock().advance(Duration::from_secs(181 * 86_400));
    assert_eq!(scene.refund(id, Some("k1"), "").await.0, 401);
    scene.fake.add_seller(scene.seller.clone());
    assert_eq!(code(scene.refund(id, Some("k1"), "").await), (400, 2024));
}

#[tokio::test]
async fn a_refund_cut_after_it_was_done_is_found_by_its_key() {
    let scene = Scene::new().await;
    let id = scene.paid().await;
    scene.fake.faults().add(Rule::new(Route::CreateRefund, When::Times(1), Fault::ResetAfter));
    let request = scene.request("POST", &format!("/v1/payments/{id}/refunds")).header("x-idempotency-key", "k1");
    assert!(request.send().await.is_err());
    assert_eq!(scene.refund(id, Some("k1"), "").await, (200, Value::Null));
    assert_eq!(scene.fake.refunds_created(id).len(), 1);
    let journal = scene.fake.journal();
    let seen: Vec<_> = journal.requests_to(Route::CreateRefund).map(|entry| (entry.status, entry.applied)).collect();
    assert_eq!(seen, [(None, true), (Some(200), true)]);
}
