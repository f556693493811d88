//! What goes wrong on demand, the provider's own fall and return, and runs that can be played again.

use std::time::{Duration, Instant};

use fake_mercadopago::{AmountFormat, Fault, Options, Outcome, Route, Rule, When};
use serde_json::{Value, json};

use crate::scene::{Scene, answer, fixed};

#[tokio::test]
async fn refusals_come_before_the_operation_or_after_it() {
    let scene = Scene::new().await;
    let faults = scene.fake.faults();
    let item = json!({"items": [{"title": "x", "quantity": 1, "unit_price": 10}], "external_reference": "r"});
    let create = || scene.call("POST", "/checkout/preferences", Some(item.clone()));
    for status in [500, 502, 503, 504] {
        faults.add(Rule::new(Route::CreatePreference, When::Times(1), Fault::Status(status)));
        assert_eq!(create().await.0, status);
    }
    assert_eq!(scene.fake.preferences_of("r").len(), 0);
    faults.clear();
    faults.add(Rule::new(Route::CreatePreference, When::Times(1), Fault::StatusAfter(504)));
    assert_eq!(create().await.0, 504);
    assert_eq!(scene.fake.preferences_of("r").len(), 1);
    faults.add(Rule::anywhere(When::Times(1), Fault::TooMany { retry_after: 7 }).seller(scene.seller.collector_id));
    let response = scene.request("GET", "/users/me").send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &"7".parse().unwrap()));
    scene.fake.set_quirks(|quirks| quirks.requests_per_second = Some(2));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(scene.get("/users/me").await.0);
    }
    assert_eq!(statuses, [200, 200, 429]);
}

#[tokio::test]
async fn connections_hang_and_break_and_answers_are_late() {
    let scene = Scene::new().await;
    let faults = scene.fake.faults();
    let me = || scene.request("GET", "/users/me").timeout(Duration::from_millis(300)).send();
    for fault in [Fault::Hang, Fault::HangAfter] {
        faults.add(Rule::new(Route::Me, When::Times(1), fault));
        assert!(me().await.unwrap_err().is_timeout());
        faults.clear();
    }
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        faults.add(Rule::new(Route::Me, When::Times(1), fault));
        assert!(!me().await.unwrap_err().is_timeout());
        faults.clear();
    }
    let late = Duration::from_millis(100);
    faults.add(Rule::new(Route::Me, When::Times(1), Fault::Latency { min: late, max: late * 2 }));
    let start = Instant::now();
    assert_eq!(me().await.unwrap().status(), 200);
    assert!(start.elapsed() >= late);
}

#[tokio::test]
async fn bodies_are_bent() {
    let scene = Scene::new().await;
    let id = scene.paid().await;
    let faults = scene.fake.faults();
    let read = |fault: Fault| {
        faults.clear();
        faults.add(Rule::new(Route::ReadPayment, When::Always, fault).payment(id));
        scene.request("GET", &format!("/v1/payments/{id}")).send()
    };
    let text = |fault: Fault| async { read(fault).await.unwrap().text().await.unwrap() };
    for (format, spelled) in [
        (AmountFormat::Shortest, "1250.5"),
        (AmountFormat::OneDecimal, "1250.5"),
        (AmountFormat::TwoDecimals, "1250.50"),
        (AmountFormat::Scientific, "12505e-1"),
    ] {
        let text = text(Fault::Amounts(format)).await;
        assert!(text.contains(&format!("\"transaction_amount\":{spelled},")), "{text}");
    }
    assert!(serde_json::from_str::<Value>(&text(Fault::TruncatedJson).await).is_err());
    assert!(serde_json::from_str::<Value>(&text(Fault::InvalidJson).await).is_err());
    assert_eq!(text(Fault::EmptyBody).await, "");
    assert_eq!(read(Fault::WrongContentType).await.unwrap().headers()["content-type"], "text/html");
    let json = |fault| async { serde_json::from_str::<Value>(&text(fault).await).unwrap() };
    assert_eq!(json(Fault::MissingField("collector_id".into())).await.get("collector_id"), None);
    assert_eq!(json(Fault::NullField("order.id".into())).await["order"], json!({"id": null, "type": "mercadopago"}));
    assert_eq!(json(Fault::ExtraField).await["field_of_the_future"], "surprise");
    let future = Fault::UnknownStatus { status: "teleported".into(), detail: "by_beam".into() };
    assert_eq!(json(future).await["status"], "teleported");
    assert_eq!(json(Fault::IdAsText).await["id"], id.to_string());
    assert_eq!(json(Fault::Collector(5)).await["collector"]["id"], 5);
    assert_eq!(json(Fault::Currency("BRL".into())).await["currency_id"], "BRL");
    assert_eq!(json(Fault::Reference(Some(String::new()))).await["external_reference"], "");
    assert_eq!(json(Fault::Reference(None)).await["external_reference"], Value::Null);
    assert_eq!(read(Fault::Unauthorized).await.unwrap().status(), 401);
    assert_eq!(read(Fault::Forbidden).await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_resource_is_late_and_a_read_is_stale() {
    let scene = Scene::new().await;
    let id = scene.paid().await;
    let faults = scene.fake.faults();
    faults.add(Rule::new(Route::ReadPayment, When::Always, Fault::NotFoundFirst(2)));
    let path = format!("/v1/payments/{id}");
    let statuses = [scene.get(&path).await.0, scene.get(&path).await.0, scene.get(&path).await.0];
    assert_eq!(statuses, [404, 404, 200]);
    faults.add(Rule::new(Route::ReadPayment, When::Always, Fault::Stale));
    assert_eq!(scene.payment(id).await["status"], "approved", "there is no former version");
    scene.refund(id, Some("k"), "").await;
    let stale = scene.payment(id).await;
    assert_eq!((&stale["status"], &stale["refunds"]), (&json!("approved"), &json!([])));
    faults.clear();
    assert_eq!(scene.payment(id).await["status"], "refunded");
}

#[tokio::test]
async fn a_preference_may_be_paid_and_notified_before_its_own_answer() {
    let scene = Scene::new().await;
    scene.fake.faults().add(Rule::new(Route::CreatePreference, When::Always, Fault::PayBeforeAnswer(Outcome::Approve)));
    scene.preference().await;
    assert_eq!(scene.receiver.heard().len(), 4);
    let id = scene.fake.oracle().payments[0].payment;
    scene.receiver.forget();
    scene.fake.faults().add(Rule::new(Route::CreateRefund, When::Always, Fault::DeliverBeforeAnswer));
    scene.refund(id, Some("k"), "").await;
    assert!(scene.receiver.heard().iter().any(|heard| heard.body.contains("payment.updated")));
}

#[tokio::test]
async fn the_provider_goes_down_and_comes_back_with_its_data() {
    let scene = Scene::new().await;
    let id = scene.paid().await;
    scene.fake.deliveries_idle().await;
    scene.receiver.forget();
    scene.fake.stop_listening().await;
    assert!(scene.request("GET", "/users/me").send().await.is_err());
    scene.fake.advance(id, fake_mercadopago::Move::Mediate).unwrap();
    scene.fake.deliveries_idle().await;
    assert!(scene.receiver.heard().is_empty(), "nothing is sent meanwhile");
    scene.fake.listen_again().await.unwrap();
    assert_eq!(scene.payment(id).await["status"], "in_mediation");
    scene.fake.deliveries_idle().await;
    assert!(!scene.receiver.heard().is_empty());
    let url = scene.fake.base_url();
    let Scene { fake, .. } = scene;
    drop(fake);
    let gone = async {
        while reqwest::get(format!("{url}/users/me")).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.expect("it stops with its last handle");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_run() {
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let scene = Scene::with(Options { seed, ..fixed() }).await;
        scene.fake.faults().add(Rule::new(Route::Me, When::PerThousand(500), Fault::Status(500)));
        let preference = scene.preference().await;
        let mut run = Vec::new();
        for _ in 0..20 {
            run.push(scene.get("/users/me").await.0);
        }
        runs.push((preference, run));
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn the_control_plane_does_it_all_over_http() {
    let scene = Scene::new().await;
    let preference = scene.preference().await;
    let control = |path: &str, body: Value| answer(scene.request("POST", &format!("/_fake/{path}")).json(&body));
    let pay = json!({"preference_id": preference, "outcome": "pending_then_nothing", "amount": 5000, "times": 2});
    let (status, paid) = control("pay", pay).await;
    assert_eq!(status, 200, "{paid}");
    let id = paid["payments"][1].as_u64().unwrap();
    assert_eq!(control("advance", json!({"payment": id, "move": "capture"})).await.0, 409);
    assert_eq!(control("advance", json!({"payment": id, "move": "approve"})).await.0, 200);
    let (_, oracle) = answer(scene.request("GET", "/_fake/oracle")).await;
    assert_eq!(oracle["net_by_reference"]["intent-1"], 5000);
    let rule = json!({"route": "me", "when": {"times": 1}, "fault": {"status": 503}});
    assert_eq!(control("faults", rule).await.0, 200);
    assert_eq!(scene.get("/users/me").await.0, 503);
    let rule = json!({"topic": "payment", "fault": {"flaw": "no_signature"}});
    assert_eq!(control("delivery-faults", rule).await.0, 200);
    assert_eq!(control("idle", json!({})).await.0, 200);
    let spec = json!({"payment": id, "spec": {"format": "ipn"}});
    assert_eq!(control("deliver", spec).await.1["status"], 200);
    let (_, before) = answer(scene.request("GET", "/_fake/clock")).await;
    control("clock", json!({"advance_seconds": 60})).await;
    let (_, after) = answer(scene.request("GET", "/_fake/clock")).await;
    assert_ne!(before["now"], after["now"]);
    let (_, journal) = answer(scene.request("GET", "/_fake/journal")).await;
    assert_eq!(journal["requests"].as_array().unwrap().len(), 2, "the control plane is not the provider");
    assert_eq!(control("nothing", json!({})).await.0, 404);
}
