//! Payments: the shape of their bodies, their graph of states, and what they are worth at the end.

use fake_mercadopago::{CancelReason, FakeError, Foreign, Move, Outcome, Seller, Winner};
use serde_json::{Value, json};

use crate::scene::Scene;

#[tokio::test]
async fn a_payment_has_the_real_shape() {
    let scene = Scene::new().await;
    let id = scene.paid().await;
    assert!(id > 1 << 31);
    let payment = scene.payment(id).await;
    for (pointer, value) in [
        ("/id", json!(id)),
        ("/status", json!("approved")),
        ("/status_detail", json!("accredited")),
        ("/currency_id", json!("ARS")),
        ("/transaction_amount", json!(1250.5)),
        ("/transaction_amount_refunded", json!(0)),
        ("/external_reference", json!("intent-1")),
        ("/collector/id", json!(900_100_201)),
        ("/date_approved", json!("2026-02-20T19:34:35.000-04:00")),
        ("/transaction_details/net_received_amount", json!(1199.23)),
        ("/refunds", json!([])),
    ] {
        assert_eq!(payment.pointer(pointer), Some(&value), "{pointer}");
    }
    let order = payment["order"]["id"].as_str().expect("a string");
    let (_, order) = scene.get(&format!("/merchant_orders/{order}")).await;
    assert_eq!((&order["status"], &order["order_status"]), (&json!("closed"), &json!("paid")));
    assert_eq!(order["payments"][0]["id"], id);
    assert!(order["preference_id"].as_str().unwrap().starts_with("900100201-"));
}

#[tokio::test]
async fn one_preference_is_paid_any_number_of_times() {
    let scene = Scene::new().await;
    let preference = scene.preference().await;
    let first = scene.fake.pay(&preference, Outcome::Approve, Some(50_000)).unwrap();
    let order = scene.payment(first).await["order"]["id"].as_str().unwrap().to_owned();
    let status = |order: Value| order["status"].as_str().unwrap().to_owned();
    assert_eq!(status(scene.get(&format!("/merchant_orders/{order}")).await.1), "opened");
    scene.fake.pay(&preference, Outcome::Reject("cc_rejected_high_risk".into()), None).unwrap();
    scene.fake.pay(&preference, Outcome::Approve, None).unwrap();
    let (_, after) = scene.get(&format!("/merchant_orders/{order}")).await;
    assert_eq!((&after["status"], &after["paid_amount"]), (&json!("closed"), &json!(1750.5)));
    let (_, found) = scene.get(&format!("/merchant_orders/search?preference_id={preference}")).await;
    assert_eq!(found["elements"].as_array().unwrap().len(), 1);
    assert_eq!(scene.fake.oracle().net_of("intent-1"), 175_050);
}

#[tokio::test]
async fn the_graph_of_states_holds_and_force_breaks_it() {
    let scene = Scene::new().await;
    let preference = scene.preference().await;
    let pending = scene.fake.pay(&preference, Outcome::PendingThenNothing, None).unwrap();
    let step = |step| scene.fake.advance(pending, step);
    assert!(matches!(step(Move::Capture), Err(FakeError::IllegalMove { .. })));
    step(Move::Review).unwrap();
    step(Move::Approve).unwrap();
    assert_eq!(scene.fake.oracle().net_of("intent-1"), 125_050);
    step(Move::Mediate).unwrap();
    assert_eq!(scene.fake.oracle().net_of("intent-1"), 125_050, "disputed money is still there");
    step(Move::ResolveMediation(Winner::Seller)).unwrap();
    step(Move::ChargeBack).unwrap();
    assert_eq!(scene.fake.oracle().net_of("intent-1"), 0);
    step(Move::ReimburseChargeback).unwrap();
    assert_eq!(scene.fake.oracle().net_of("intent-1"), 125_050);
    assert!(step(Move::SettleChargeback).is_err());
    scene.fake.force(pending, Move::Review).unwrap();
    assert_eq!(scene.payment(pending).await["status"], "in_process");
}

#[tokio::test]
async fn cancelling_works_before_payment_only() {
    let scene = Scene::new().await;
    let preference = scene.preference().await;
    let pending = scene.fake.pay(&preference, Outcome::PendingThenNothing, None).unwrap();
    let cancel = json!({"status": "cancelled"});
    let (status, payment) = scene.call("PUT", &format!("/v1/payments/{pending}"), Some(cancel.clone())).await;
    assert_eq!((status, &payment["status_detail"]), (200, &json!("by_collector")));
    let (status, again) = scene.call("PUT", &format!("/v1/payments/{pending}"), Some(cancel)).await;
    assert_eq!((status, &again["cause"][0]["code"]), (400, &json!(2063)));
    let late = scene.fake.pay(&preference, Outcome::PendingThenNothing, None).unwrap();
    scene.fake.advance(late, Move::Cancel(CancelReason::Expired)).unwrap();
    assert!(scene.fake.advance(late, Move::Approve).is_err());
    scene.fake.set_quirks(|quirks| quirks.late_approval = true);
    scene.fake.advance(late, Move::Approve).unwrap();
    let held = scene.fake.pay(&preference, Outcome::Authorize, None).unwrap();
    assert_eq!(scene.payment(held).await["captured"], false);
    let (_, taken) = scene.call("PUT", &format!("/v1/payments/{held}"), Some(json!({"capture": true}))).await;
    assert_eq!((&taken["status"], &taken["captured"]), (&json!("approved"), &json!(true)));
}

#[tokio::test]
async fn another_sellers_payment_is_not_there() {
    let mut scene = Scene::new().await;
    let id = scene.paid().await;
    let other = Seller::colombia(1);
    scene.fake.add_seller(other.clone());
    scene.seller = other;
    let path = format!("/v1/payments/{id}");
    let (status, body) = scene.get(&path).await;
    assert_eq!((status, &body["message"]), (404, &json!("Payment not found")));
    assert_eq!(body["cause"][0]["code"], 2000);
    scene.fake.set_quirks(|quirks| quirks.foreign_payment = Foreign::Forbidden);
    let (status, body) = scene.get(&path).await;
    assert_eq!((status, &body["blocked_by"]), (403, &json!("PolicyAgent")));
    scene.fake.set_quirks(|quirks| quirks.foreign_payment = Foreign::Unauthorized);
    assert_eq!(scene.get(&path).await.0, 401);
    let (_, search) = scene.get("/v1/payments/search?external_reference=intent-1").await;
    assert_eq!(search["paging"]["total"], 0);
}

#[tokio::test]
async fn the_oracle_is_the_sum_of_its_payments() {
    let scene = Scene::new().await;
    let preference = scene.preference().await;
    for amount in [10_000, 20_001, 30_002] {
        scene.fake.pay(&preference, Outcome::Approve, Some(amount)).unwrap();
    }
    let first = scene.paid().await;
    scene.fake.advance(first, Move::RefundFromPanel(Some(25_050))).unwrap();
    let oracle = scene.fake.oracle();
    let sum: i64 = oracle.payments.iter().map(|payment| payment.net).sum();
    assert_eq!(sum, 60_003 + 100_000);
    assert_eq!(oracle.net_by_reference(), [("intent-1".to_owned(), sum)].into());
    assert_eq!(oracle.net_of_seller(scene.seller.collector_id), sum);
    assert_eq!(oracle.payment(first).unwrap().detail, "partially_refunded");
}
