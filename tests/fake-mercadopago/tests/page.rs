//! The page a guest pays on, and the way back.

use fake_mercadopago::{Route, Status};
use serde_json::json;

use crate::scene::Scene;

async fn press(scene: &Scene, preference: &str, outcome: &str, visit: &str) -> reqwest::Response {
    let form = format!("pref_id={preference}&visit={visit}&outcome={outcome}");
    scene.request("POST", "/checkout/v1/redirect").body(form).send().await.unwrap()
}

#[tokio::test]
async fn the_buttons_pay_and_lead_back_with_the_providers_parameters() {
    let scene = Scene::new().await;
    let urls =
        json!({"success": "http://r.test/ok?table=4", "pending": "http://r.test/wait", "failure": "http://r.test/no"});
    let preference = scene.preference_with(json!({"back_urls": urls})).await;
    let shown = scene.request("GET", &format!("/checkout/v1/redirect?pref_id={preference}")).send().await.unwrap();
    assert_eq!(shown.headers()["content-type"], "text/html; charset=utf-8");
    let page = shown.text().await.unwrap();
    assert!(page.contains("Mesa 4") && page.contains("ARS 1.250,50") && page.contains(">Pagar<"), "{page}");
    let back = press(&scene, &preference, "approve", "v1").await;
    assert_eq!(back.status(), 303);
    let location = back.headers()["location"].to_str().unwrap().to_owned();
    let payment = &scene.fake.oracle().payments[0];
    assert_eq!(payment.status, Status::Approved);
    let expected = format!(
        "http://r.test/ok?table=4&collection_id={0}&collection_status=approved&payment_id={0}&status=approved&external_reference=intent-1&payment_type=account_money&merchant_order_id=",
        payment.payment
    );
    assert!(location.starts_with(&expected), "{location}");
    assert!(location.ends_with("&site_id=MLA&processing_mode=aggregator&merchant_account_id=null"), "{location}");
    press(&scene, &preference, "approve", "v1").await;
    assert_eq!(scene.fake.oracle().payments.len(), 1, "a double click pays once");
    press(&scene, &preference, "approve", "v2").await;
    assert_eq!(scene.fake.oracle().payments.len(), 2, "a second visit pays again");
    for (outcome, target) in [("reject", "http://r.test/no"), ("pending", "http://r.test/wait")] {
        let back = press(&scene, &preference, outcome, outcome).await;
        assert!(back.headers()["location"].to_str().unwrap().starts_with(target), "{outcome}");
    }
    let back = press(&scene, &preference, "cancel", "v3").await;
    assert!(back.headers()["location"].to_str().unwrap().contains("payment_id=null&status=null"));
    assert_eq!(scene.fake.journal().requests_to(Route::PagePay).count(), 6);
}

#[tokio::test]
async fn with_nowhere_to_go_back_to_the_page_says_how_it_went() {
    let scene = Scene::new().await;
    let preference = scene.preference().await;
    let said = press(&scene, &preference, "approve", "v").await;
    assert_eq!(said.status(), 200);
    assert!(said.text().await.unwrap().contains("Se acreditó tu pago"));
    assert_eq!(press(&scene, "none", "approve", "v").await.status(), 404);
    let binary = scene.preference_with(json!({"binary_mode": true})).await;
    assert_eq!(press(&scene, &binary, "pending", "w").await.status(), 409);
}
