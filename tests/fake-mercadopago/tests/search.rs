//! Payment search: filters and pages, a lagging index, a strict mode.

use std::time::Duration;

use fake_mercadopago::{Fault, Move, Outcome, Route, Rule, When};
use serde_json::{Value, json};

use crate::scene::Scene;

const MINE: &str = "/v1/payments/search?external_reference=intent-1";

#[tokio::test]
async fn payments_are_found_by_reference_and_date_page_by_page() {
    let scene = Scene::new().await;
    let preference = scene.preference().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(scene.fake.pay(&preference, Outcome::Approve, None).unwrap());
        scene.fake.clock().advance(Duration::from_secs(60));
    }
    let (_, all) = scene.get(&format!("{MINE}&sort=date_created&criteria=desc&limit=2")).await;
    assert_eq!(all["paging"], json!({"total": 3, "limit": 2, "offset": 0}));
    assert_eq!(all["results"][0]["id"], ids[2].to_string(), "a string in search");
    let window =
        "range=date_last_updated&begin_date=2026-02-20T19:35:00.000-04:00&end_date=2026-02-20T19:36:00.000-04:00";
    let (_, some) = scene.get(&format!("/v1/payments/search?{window}")).await;
    assert_eq!(some["results"][0]["id"], ids[1].to_string());
    assert_eq!(some["paging"]["total"], 1);
    let (status, refused) = scene.get("/v1/payments/search?begin_date=yesterday").await;
    assert_eq!((status, &refused["cause"][0]["code"]), (400, &json!(1001)));
    assert_eq!(scene.get("/v1/payments/search?external_reference=other").await.1["results"], json!([]));
    scene.fake.set_quirks(|quirks| quirks.strict_search = true);
    assert_eq!(scene.get(MINE).await.0, 400);
    assert_eq!(scene.get(&format!("{MINE}&sort=date_created&criteria=asc")).await.0, 200);
}

#[tokio::test]
async fn the_index_lags_for_new_and_for_changed_payments() {
    let scene = Scene::new().await;
    scene.fake.set_quirks(|quirks| quirks.search_lag = Duration::from_secs(5));
    let statuses = |found: Value| -> Vec<Value> {
        found["results"].as_array().unwrap().iter().map(|payment| payment["status"].clone()).collect()
    };
    let preference = scene.preference().await;
    let id = scene.fake.pay(&preference, Outcome::PendingThenNothing, None).unwrap();
    assert_eq!(statuses(scene.get(MINE).await.1), [] as [Value; 0]);
    scene.fake.clock().advance(Duration::from_secs(5));
    assert_eq!(statuses(scene.get(MINE).await.1), ["pending"]);
    scene.fake.clock().advance(Duration::from_secs(1));
    scene.fake.advance(id, Move::Approve).unwrap();
    assert_eq!(statuses(scene.get(MINE).await.1), ["pending"]);
    assert_eq!(scene.payment(id).await["status"], "approved", "the resource itself does not lag");
    scene.fake.clock().advance(Duration::from_secs(5));
    assert_eq!(statuses(scene.get(MINE).await.1), ["approved"]);
}

#[tokio::test]
async fn a_search_may_leave_some_out() {
    let scene = Scene::new().await;
    let preference = scene.preference().await;
    for _ in 0..30 {
        scene.fake.pay(&preference, Outcome::Approve, None).unwrap();
    }
    scene.fake.faults().add(Rule::new(Route::SearchPayments, When::Always, Fault::SearchSubset(500)));
    let found = scene.get(MINE).await.1["paging"]["total"].as_u64().unwrap();
    assert!((1..30).contains(&found), "{found}");
}
