//! Notifications: who is told what, how it is signed, and when it comes again.

use std::time::Duration;

use fake_mercadopago::{
    DeliveryFault, DeliveryRule, DeliverySpec, Flaw, Format, Move, Options, Outcome, Pace, Retries, Topic, When,
    signature,
};
use serde_json::json;

use crate::scene::{Heard, Scene};

fn signed_by(heard: &Heard, secret: &str) -> bool {
    let value = heard.header("x-signature").expect("a signature").to_owned();
    let (ts, _) = value.strip_prefix("ts=").unwrap().split_once(",v1=").unwrap();
    let id = heard.uri.query().unwrap().strip_prefix("data.id=").and_then(|rest| rest.split('&').next());
    value == signature::header(secret, id, heard.header("x-request-id"), ts)
}

#[tokio::test]
async fn one_fact_goes_out_as_webhook_ipn_and_orders() {
    let scene = Scene::new().await;
    let id = scene.paid().await;
    scene.fake.deliveries_idle().await;
    let heard = scene.receiver.heard();
    assert_eq!(heard.len(), 4);
    let webhook = heard.iter().find(|heard| heard.is_webhook()).expect("a webhook");
    assert_eq!(webhook.uri.query(), Some(format!("data.id={id}&type=payment").as_str()));
    assert_eq!(webhook.json()["action"], "payment.created");
    assert_eq!(webhook.json()["data"]["id"], id.to_string());
    assert_eq!(webhook.header("user-agent"), Some("MercadoPago WebHook v1.0 payment"));
    assert_eq!(webhook.header("origin"), Some("https://mercadopago.com.ar"));
    assert!(signed_by(webhook, &scene.seller.webhook_secret));
    let ipn = heard.iter().find(|heard| heard.uri.query() == Some(&format!("id={id}&topic=payment"))).expect("an IPN");
    assert_eq!(ipn.json(), json!({"resource": id.to_string(), "topic": "payment"}));
    assert!(!signed_by(ipn, &scene.seller.webhook_secret));
    let orders: Vec<_> = heard.iter().filter(|heard| heard.body.contains("/merchant_orders/")).collect();
    assert_eq!(orders.len(), 2);
    assert_eq!(orders[0].header("user-agent"), Some("MercadoPago Feed v2.0 merchant_order"));
}

#[tokio::test]
async fn asked_for_webhooks_only_there_is_no_ipn() {
    let scene = Scene::new().await;
    let url = format!("{}?token=t&source_news=webhooks", scene.hook);
    let preference = scene.preference_with(json!({"notification_url": url})).await;
    let id = scene.fake.pay(&preference, Outcome::PendingThenNothing, None).unwrap();
    scene.fake.deliveries_idle().await;
    let heard = scene.receiver.heard();
    assert!(heard.iter().all(Heard::is_webhook));
    let order = heard.iter().find(|heard| heard.uri.query().unwrap().contains("topic_merchant_order_wh")).unwrap();
    assert_eq!((&order.json()["action"], &order.json()["data"]["id"]), (&json!("update"), &json!(null)));
    let own = format!("data.id={id}&token=t&source_news=webhooks&type=payment");
    assert!(heard.iter().any(|heard| heard.uri.query() == Some(&own)));
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again_by_the_clock() {
    let scene = Scene::new().await;
    let preference =
        scene.preference_with(json!({"notification_url": format!("{}?source_news=ipn", scene.hook)})).await;
    scene.fake.faults().add_delivery(DeliveryRule::new(When::Always, DeliveryFault::Drop).topic(Topic::MerchantOrder));
    // 204 is no acknowledgement either.
    scene.receiver.answer_next([500, 204, 503, 201]);
    scene.fake.pay(&preference, Outcome::Approve, None).unwrap();
    let mut counts = Vec::new();
    for pause in [0, 400, 100, 899_000, 1_000, 900_000, 900_000, 86_400_000] {
        scene.fake.clock().advance(Duration::from_millis(pause));
        scene.fake.deliveries_idle().await;
        counts.push(scene.receiver.heard().len());
    }
    assert_eq!(counts, [1, 1, 2, 2, 3, 4, 4, 4]);
    assert!(scene.fake.scheduled().is_empty());
    let journal = scene.fake.journal();
    let attempts: Vec<_> = journal.deliveries.iter().map(|entry| (entry.attempt, entry.answer.status)).collect();
    assert_eq!(attempts, [(1, Some(500)), (2, Some(204)), (3, Some(503)), (4, Some(201))]);
    assert_eq!(journal.dropped, 2);
}

#[tokio::test]
async fn a_retry_is_signed_anew_or_repeats_its_bytes() {
    for byte_identical in [false, true] {
        let scene = Scene::new().await;
        scene.fake.set_quirks(|quirks| quirks.retries = Retries { byte_identical, ..Retries::default() });
        scene.receiver.answer_next([500; 4]);
        scene.paid().await;
        scene.fake.deliveries_idle().await;
        scene.fake.clock().advance(Duration::from_secs(1));
        scene.fake.deliveries_idle().await;
        let heard = scene.receiver.heard();
        let webhooks: Vec<_> = heard.iter().filter(|heard| heard.is_webhook()).collect();
        assert_eq!(webhooks.len(), 2);
        assert!(webhooks.iter().all(|heard| signed_by(heard, &scene.seller.webhook_secret)));
        let same = webhooks[0].body == webhooks[1].body && webhooks[0].headers == webhooks[1].headers;
        assert_eq!(same, byte_identical);
    }
}

#[tokio::test]
async fn a_fast_clock_brings_retries_by_itself() {
    let scene = Scene::with(Options { pace: Pace::Fast(3600), ..Options::default() }).await;
    scene.receiver.answer_next([500; 8]);
    scene.paid().await;
    // Four notifications, each acknowledged at its third attempt: a quarter of an hour, a quarter of a second here.
    let done = async {
        while scene.receiver.heard().len() < 12 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), done).await.expect("they come");
    scene.fake.deliveries_idle().await;
    assert!(scene.fake.journal().deliveries.iter().all(|entry| entry.attempt <= 4));
}

#[tokio::test]
async fn nobody_listening_is_a_failure_like_any_other() {
    let scene = Scene::new().await;
    let nobody = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/hook", listener.local_addr().unwrap())
    };
    let preference = scene.preference_with(json!({"notification_url": nobody})).await;
    let id = scene.fake.pay(&preference, Outcome::Approve, None).unwrap();
    scene.fake.deliveries_idle().await;
    assert_eq!(scene.fake.scheduled().len(), 4);
    assert!(scene.fake.journal().deliveries_of(id).all(|entry| entry.answer.status.is_none()));
    scene.fake.clock().advance_to(scene.fake.scheduled()[0]);
    scene.fake.deliveries_idle().await;
    assert_eq!(scene.fake.journal().deliveries.len(), 8);
}

#[tokio::test]
async fn duplicates_storms_delays_and_losses() {
    let scene = Scene::new().await;
    let faults = scene.fake.faults();
    let webhook = |when, fault| DeliveryRule::new(when, fault).topic(Topic::Payment).format(Format::Webhook);
    let webhooks = || scene.receiver.heard().iter().filter(|heard| heard.is_webhook()).count();
    faults.add_delivery(webhook(When::Always, DeliveryFault::Duplicate(99)));
    scene.paid().await;
    scene.fake.deliveries_idle().await;
    assert_eq!(webhooks(), 100);
    faults.clear();
    scene.receiver.forget();
    faults.add_delivery(webhook(When::Always, DeliveryFault::Storm { count: 600, over: Duration::from_secs(60) }));
    scene.paid().await;
    scene.fake.clock().advance(Duration::from_secs(30));
    scene.fake.deliveries_idle().await;
    assert_eq!(webhooks(), 301);
    scene.fake.forget_deliveries();
    faults.clear();
    scene.receiver.forget();
    let (min, max) = (Duration::from_secs(10), Duration::from_secs(20));
    faults.add_delivery(webhook(When::Always, DeliveryFault::Delay { min, max }));
    scene.paid().await;
    scene.fake.deliveries_idle().await;
    assert_eq!(webhooks(), 0);
    scene.fake.clock().advance(max);
    scene.fake.deliveries_idle().await;
    assert_eq!(webhooks(), 1);
    faults.clear();
    faults.add_delivery(DeliveryRule::new(When::Always, DeliveryFault::IpnOnly));
    scene.paid().await;
    scene.fake.deliveries_idle().await;
    assert_eq!(webhooks(), 1);
}

#[tokio::test]
async fn a_later_one_overtakes_and_a_bag_is_shuffled() {
    let scene = Scene::new().await;
    let faults = scene.fake.faults();
    let only = |fault, times| DeliveryRule::new(times, fault).topic(Topic::Payment).format(Format::Webhook);
    let reorder = faults.add_delivery(only(DeliveryFault::Reorder, When::Times(1)));
    let preference = scene.preference().await;
    let id = scene.fake.pay(&preference, Outcome::PendingThenNothing, None).unwrap();
    scene.fake.deliveries_idle().await;
    scene.fake.advance(id, Move::Approve).unwrap();
    scene.fake.deliveries_idle().await;
    assert_eq!(faults.fired(reorder), 1);
    let first = scene.receiver.heard().iter().position(|heard| heard.body.contains("payment.created"));
    assert!(first > Some(0), "it was overtaken");
    faults.clear();
    scene.receiver.forget();
    faults.add_delivery(only(DeliveryFault::Shuffle(8), When::Always));
    let paid: Vec<String> = {
        let mut paid = Vec::new();
        for _ in 0..8 {
            paid.push(scene.paid().await.to_string());
        }
        paid
    };
    scene.fake.deliveries_idle().await;
    let heard = scene.receiver.heard();
    let order: Vec<String> = heard
        .iter()
        .filter(|heard| heard.is_webhook())
        .map(|heard| heard.json()["data"]["id"].as_str().unwrap().to_owned())
        .collect();
    assert_ne!(order, paid);
    let mut sorted = order;
    sorted.sort();
    assert_eq!(sorted, paid, "all of them, once");
}

#[tokio::test]
async fn one_made_by_hand_is_malformed_as_wished() {
    let scene = Scene::new().await;
    let id = scene.paid().await;
    scene.fake.deliveries_idle().await;
    let seconds = |scene: &Scene| scene.fake.clock().now().timestamp();
    let flaws = [
        Flaw::WrongSecret,
        Flaw::Secret("old".into()),
        Flaw::NoSignature,
        Flaw::Signature("garbage".into()),
        Flaw::NoRequestId,
        Flaw::NoQueryId,
        Flaw::TsMillis,
        Flaw::TsShift(-86_400),
        Flaw::UppercaseV1,
        Flaw::SpacedHeader,
        Flaw::TwoV1,
        Flaw::NonAsciiV1,
        Flaw::BodyId("1".into()),
        Flaw::NoBodyId,
        Flaw::Get,
        Flaw::Huge,
        Flaw::Url(format!("{}/other", scene.hook)),
        Flaw::Body("not json".into()),
    ];
    let secret = &scene.seller.webhook_secret;
    for flaw in flaws {
        scene.receiver.forget();
        let spec = DeliverySpec::webhook().flaw(flaw.clone());
        assert_eq!(scene.fake.deliver(id, &spec).await.unwrap().status, Some(200), "{flaw:?}");
        let heard = scene.receiver.heard().remove(0);
        let signature = heard.header("x-signature");
        match flaw {
            Flaw::WrongSecret => assert!(!signed_by(&heard, secret)),
            Flaw::Secret(other) => assert!(signed_by(&heard, &other)),
            Flaw::NoSignature => assert_eq!(signature, None),
            Flaw::Signature(text) => assert_eq!(signature, Some(text.as_str())),
            Flaw::NoRequestId => assert!(heard.header("x-request-id").is_none() && signed_by(&heard, secret)),
            Flaw::NoQueryId => assert!(heard.uri.query() == Some("type=payment") && signed_by(&heard, secret)),
            Flaw::TsMillis => assert!(signature.unwrap().starts_with(&format!("ts={}250,", seconds(&scene)))),
            Flaw::TsShift(by) => assert!(signature.unwrap().starts_with(&format!("ts={},", seconds(&scene) + by))),
            Flaw::UppercaseV1 => assert!(signature.unwrap().bytes().any(|byte| byte.is_ascii_uppercase())),
            Flaw::SpacedHeader => assert!(signature.unwrap().contains(" , v1 = ")),
            Flaw::TwoV1 => assert_eq!(signature.unwrap().matches("v1=").count(), 2),
            Flaw::NonAsciiV1 => assert!(signature.is_none() && heard.headers.contains_key("x-signature")),
            Flaw::BodyId(other) => assert_eq!(heard.json()["data"]["id"], other),
            Flaw::NoBodyId => assert_eq!(heard.json()["data"], json!({})),
            Flaw::Get => assert_eq!(heard.method, "GET"),
            Flaw::Huge => assert!(heard.body.len() > 1 << 20),
            Flaw::Url(_) => assert_eq!(heard.uri.path(), "/hook/other"),
            Flaw::Body(text) => assert_eq!(heard.body, text),
        }
    }
    let simulated = scene.fake.message_to(900_100_201, "123456", &scene.hook, &DeliverySpec::webhook()).unwrap();
    assert!(scene.fake.send(&simulated).await.acknowledged());
    assert!(simulated.url.ends_with("?data.id=123456&type=payment"));
}

#[tokio::test]
async fn a_chargeback_and_a_dispute_have_topics_of_their_own() {
    let scene = Scene::new().await;
    let id = scene.paid().await;
    scene.fake.advance(id, Move::Mediate).unwrap();
    scene.fake.advance(id, Move::ChargeBack).unwrap();
    scene.fake.deliveries_idle().await;
    let journal = scene.fake.journal();
    assert!(journal.deliveries_of(id).any(|entry| entry.topic == Topic::Claim));
    let entry = journal.deliveries_of(id).find(|entry| entry.topic == Topic::Chargeback).unwrap();
    let (status, chargeback) = scene.get(&format!("/v1/chargebacks/{}", entry.resource)).await;
    assert_eq!((status, &chargeback["payments"][0]["id"]), (200, &json!(id)));
    assert_eq!(chargeback["coverage_applied"], json!(null));
}
