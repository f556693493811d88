//! The client against a small server that answers as told and remembers what it was asked: what is sent, and how each
//! way to fail is told apart.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod stub;

use domain::{Cents, Clock, Currency, payment::PaymentStatus};
use provider::{
    CallError, CheckoutLine, Fields, Guarded, MercadoPago, NewCheckout, PaymentProvider, PaymentQuery, RefundOrder,
    RefundOutcome,
};
use runtime::{BreakerConfig, BreakerPhase, CircuitBreakers};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use stub::{Reply, StandingClock, Stub, credentials, reply, with};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn payment(id: &str) -> Value {
    json!({
        "id": id, "status": "approved", "status_detail": "accredited", "currency_id": "ARS", "transaction_amount": 10.50,
        "transaction_amount_refunded": 0, "collector_id": 900_100_200, "date_last_updated": "2026-02-20T19:34:35-04:00",
    })
}

fn checkout() -> NewCheckout {
    NewCheckout {
        reference: "0b7c6c1e-5d7e-4a55-9f0e-3f1d9f0a7c11".into(),
        idempotency_key: "intent-1".into(),
        lines: vec![CheckoutLine { id: "check".into(), title: "Mesa 4".into(), amount: Cents::new(1_050).unwrap() }],
        currency: Currency::Ars,
        expires_at: StandingClock.now(),
        notification_url: None,
        back_urls: None,
        statement_descriptor: None,
        metadata: BTreeMap::new(),
    }
}

fn refund_order(cents: Option<i64>) -> RefundOrder {
    let amount = cents.map(|cents| Cents::new(cents).unwrap());
    RefundOrder { key: "refund-1".into(), payment_id: "1".into(), amount }
}

#[tokio::test]
async fn a_checkout_is_sent_with_its_key_and_token() {
    let answer = json!({"id": "900-x", "init_point": "https://pay.example/900-x", "date_created": null});
    let (stub, provider) = Stub::start([reply(201, &answer)]).await;
    let opened = provider.create_checkout(&credentials(), &checkout()).await.unwrap();
    assert_eq!((opened.provider_ref.as_str(), opened.redirect_url.as_str()), ("900-x", "https://pay.example/900-x"));
    let asked = &stub.asked()[0];
    assert_eq!((asked.method.as_str(), asked.uri.path()), ("POST", "/checkout/preferences"));
    assert_eq!(asked.headers["x-idempotency-key"], "intent-1");
    assert_eq!(asked.headers["authorization"], "Bearer APP_USR-1");
    assert_eq!(asked.headers["content-type"], "application/json");
    assert!(asked.body.contains(r#""unit_price":10.50"#), "{}", asked.body);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_may_have_happened() {
    let broken = [
        Reply::Hang,
        reply(500, &json!({})),
        reply(502, &json!({})),
        Reply::Headers(503, "retry-after", "7"),
        reply(408, &json!({})),
        Reply::Json(201, r#"{"id":"900-x","init_po"#.into()),
        reply(201, &json!({"id": "900-x"})),
        Reply::Json(201, "x".repeat((1 << 20) + 1)),
        Reply::Headers(302, "location", "http://127.0.0.1:1/"),
    ];
    let count = broken.len();
    let (stub, provider) = Stub::start(broken).await;
    for case in 0..count {
        let error = provider.create_checkout(&credentials(), &checkout()).await.unwrap_err();
        assert!(error.may_have_happened() && error.is_outage(), "case {case}: {error:?}");
    }
    assert_eq!(stub.asked().len(), count, "nothing is tried twice");
}

#[tokio::test]
async fn a_read_that_fails_changed_nothing() {
    let (_, provider) = Stub::start([
        Reply::Hang,
        Reply::Headers(503, "retry-after", "7"),
        Reply::Headers(429, "retry-after", "9"),
        Reply::Json(200, "{".into()),
        reply(200, &payment("2")),
        reply(
            404,
            &json!({"message": "Payment not found", "error": "not_found", "status": 404, "cause": [{"code": 2000}]}),
        ),
        reply(401, &json!({"message": "invalid token"})),
        reply(403, &json!({"code": "PA_UNAUTHORIZED_RESULT_FROM_POLICIES"})),
        reply(400, &json!({"message": "bad", "error": "bad_request", "cause": [{"code": 1001, "description": "d"}]})),
    ])
    .await;
    let credentials = credentials();
    let mut errors = Vec::new();
    for _ in 0..9 {
        errors.push(provider.fetch_payment(&credentials, "1").await.unwrap_err());
    }
    assert!(matches!(&errors[0], CallError::Unavailable { reason, .. } if reason == "timed out"), "{:?}", errors[0]);
    assert_eq!(errors[1].retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(errors[2], CallError::RateLimited { retry_after: Some(Duration::from_secs(9)) });
    assert!(matches!(errors[3], CallError::Malformed(_)) && matches!(errors[4], CallError::Malformed(_)));
    assert_eq!(errors[5], CallError::NotFound);
    assert!(matches!(errors[6], CallError::Unauthorized { status: 401, .. }));
    assert!(matches!(errors[7], CallError::Unauthorized { status: 403, .. }));
    assert_eq!(errors[8], CallError::Rejected { code: "1001".into(), message: "bad".into() });
}

#[tokio::test]
async fn nobody_listening_is_not_unknown() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let base = format!("http://{closed}").parse().unwrap();
    let provider = MercadoPago::new(base, Duration::from_secs(1), Arc::new(StandingClock)).unwrap();
    let error = provider.create_checkout(&credentials(), &checkout()).await.unwrap_err();
    assert!(matches!(&error, CallError::Unavailable { .. }) && !error.may_have_happened(), "{error:?}");
    assert!(!error.to_string().contains("APP_USR"), "{error}");
}

#[tokio::test]
async fn payments_are_fetched_and_found() {
    let page = json!({"results": [payment("1"), payment("2")], "paging": {"total": 3, "limit": 2, "offset": 0}});
    let (stub, provider) = Stub::start([reply(200, &payment("1")), reply(200, &page), reply(200, &page)]).await;
    let snapshot = provider.fetch_payment(&credentials(), "1").await.unwrap();
    assert_eq!((snapshot.status, snapshot.amount.get()), (PaymentStatus::Approved, 1_050));
    let query = PaymentQuery::Reference { reference: "ref-1".into(), offset: 0 };
    let found = provider.find_payments(&credentials(), &query).await.unwrap();
    assert_eq!((found.items.len(), found.next_offset), (2, Some(2)));
    let (from, to) = (StandingClock.now(), StandingClock.now());
    let window = PaymentQuery::UpdatedBetween { from, to, offset: 1 };
    assert_eq!(provider.find_payments(&credentials(), &window).await.unwrap().next_offset, None);
    let asked = stub.asked();
    assert_eq!(asked[0].uri.path(), "/v1/payments/1");
    assert!(asked[0].headers.get("x-idempotency-key").is_none());
    assert!(asked[1].uri.query().unwrap().contains("external_reference=ref-1"));
    let expected =
        "sort=date_last_updated&criteria=asc&range=date_last_updated&begin_date=2023-11-14T22%3A13%3A20.000%2B00%3A00";
    assert!(asked[2].uri.query().unwrap().starts_with(expected), "{}", asked[2].uri);
}

#[tokio::test]
async fn an_id_cannot_lead_elsewhere() {
    let (stub, provider) = Stub::start([]).await;
    for id in ["", "..", "1/refunds", "1?x=y", "1%2F2", "é"] {
        assert_eq!(provider.fetch_payment(&credentials(), id).await, Err(CallError::NotFound), "{id}");
    }
    assert!(stub.asked().is_empty());
}

#[tokio::test]
async fn a_refund_is_told_from_its_replay() {
    let refund = json!({"id": 33, "payment_id": 1, "amount": 2.50, "status": "approved"});
    let waiting = json!({"id": 34, "payment_id": 1, "amount": 3, "status": "in_process"});
    let refused = |code: u32| reply(400, &json!({"message": "m", "error": "bad_request", "cause": [{"code": code}]}));
    let (stub, provider) = Stub::start([
        reply(201, &refund),
        reply(201, &waiting),
        Reply::Json(200, String::new()),
        reply(200, &json!([refund, waiting])),
        refused(2063),
        refused(2017),
        refused(2084),
        reply(409, &json!({"error": "idempotency_key_already_used"})),
        reply(500, &json!({})),
    ])
    .await;
    let credentials = credentials();
    let order = refund_order(Some(250));
    let mut outcomes = Vec::new();
    for _ in 0..7 {
        outcomes.push(provider.refund(&credentials, &order).await.unwrap());
    }
    assert_eq!(outcomes[0], RefundOutcome::Done { refund_id: "33".into() });
    assert_eq!(outcomes[1], RefundOutcome::Pending { refund_id: "34".into() });
    assert_eq!(outcomes[2], RefundOutcome::Done { refund_id: "33".into() });
    assert_eq!(outcomes[3], RefundOutcome::AlreadyDone);
    assert!(matches!(&outcomes[4], RefundOutcome::Rejected { code, .. } if code == "2017"));
    assert!(matches!(outcomes[5], RefundOutcome::Retry { .. }) && matches!(outcomes[6], RefundOutcome::Retry { .. }));
    assert!(provider.refund(&credentials, &order).await.unwrap_err().may_have_happened());
    let asked = stub.asked();
    assert_eq!((asked[0].uri.path(), asked[0].body.as_str()), ("/v1/payments/1/refunds", r#"{"amount":2.50}"#));
    assert_eq!(asked[0].headers["x-idempotency-key"], "refund-1");
    assert_eq!(asked[0].headers["x-render-in-process-refunds"], "true");
}

#[tokio::test]
async fn a_full_refund_has_no_body() {
    let refund = json!({"id": 33, "payment_id": 1, "amount": 10.50, "status": "approved"});
    let (stub, provider) = Stub::start([reply(201, &refund)]).await;
    provider.refund(&credentials(), &refund_order(None)).await.unwrap();
    assert_eq!(stub.asked()[0].body, "");
}

#[tokio::test]
async fn a_lost_checkout_is_found_by_reference() {
    let (ours, foreign) = ("ref-1", "ref-2");
    let element = |id: &str, reference: &str, day: u32| json!({"id": id, "external_reference": reference, "date_created": format!("2026-02-{day:02}T10:00:00.000-04:00")});
    let list = json!({"elements": [element("a", ours, 1), element("b", foreign, 3), element("c", ours, 2)]});
    let detail = json!({"id": "c", "init_point": "https://pay.example/c", "date_created": "2026-02-02T10:00:00-04:00"});
    let (stub, provider) = Stub::start([reply(200, &list), reply(200, &detail), reply(200, &json!({}))]).await;
    let found = provider.find_checkouts(&credentials(), ours).await.unwrap();
    let refs: Vec<_> = found.iter().map(|checkout| checkout.provider_ref.as_str()).collect();
    assert_eq!(refs, ["c", "a"]);
    assert_eq!(found[0].redirect_url, "https://pay.example/c");
    provider.expire_checkout(&credentials(), "a").await.unwrap();
    let asked = stub.asked();
    assert_eq!((asked[2].method.as_str(), asked[2].uri.path()), ("PUT", "/checkout/preferences/a"));
    assert_eq!(asked[2].body, r#"{"expiration_date_to":"2023-11-14T22:13:20.000+00:00","expires":true}"#);
}

#[tokio::test]
async fn orders_chargebacks_and_accounts() {
    let order =
        json!({"id": 38, "preference_id": "p", "external_reference": "r", "payments": [{"id": 1}, {"id": "2"}]});
    let (stub, provider) = Stub::start([
        reply(200, &order),
        reply(200, &json!({"id": "5", "payments": [1]})),
        reply(200, &json!({"id": 900_100_200, "nickname": "X"})),
        reply(200, &json!({"id": 1, "status": "pending"})),
    ])
    .await;
    let credentials = credentials();
    let order = provider.fetch_order(&credentials, "38").await.unwrap();
    assert_eq!((order.payment_ids, order.checkout_ref.as_deref()), (vec!["1".to_owned(), "2".to_owned()], Some("p")));
    assert_eq!(provider.fetch_chargeback(&credentials, "5").await.unwrap(), ["1"]);
    assert_eq!(provider.whoami(&credentials).await.unwrap(), "900100200");
    provider.cancel_payment(&credentials, "1").await.unwrap();
    let paths: Vec<_> = stub.asked().iter().map(|asked| format!("{} {}", asked.method, asked.uri.path())).collect();
    assert_eq!(paths, ["GET /merchant_orders/38", "GET /v1/chargebacks/5", "GET /users/me", "PUT /v1/payments/1"]);
}

#[tokio::test]
async fn a_token_is_renewed_with_both_new_parts() {
    let tokens = json!({"access_token": "new", "refresh_token": "TG-2", "user_id": 900, "expires_in": 15_552_000});
    let (stub, provider) =
        Stub::start([reply(200, &tokens), reply(400, &json!({"error": "invalid_grant", "message": "gone"}))]).await;
    assert!(matches!(provider.refresh_token(&credentials()).await, Err(CallError::Rejected { .. })));
    let fields = Fields::default().with("refresh_token", Some("TG-1")).with("client_id", Some("42"));
    let credentials = with(fields.with("client_secret", Some("hush")));
    let renewed = provider.refresh_token(&credentials).await.unwrap();
    let secrets: Value = renewed.credentials.read().unwrap();
    assert_eq!((&secrets["access_token"], &secrets["refresh_token"]), (&json!("new"), &json!("TG-2")));
    assert_eq!((&secrets["client_id"], renewed.credentials.seller.as_deref()), (&json!("42"), Some("900")));
    assert_eq!(renewed.credentials.account, "7");
    assert_eq!(renewed.expires_at.unwrap() - StandingClock.now(), chrono::TimeDelta::days(180));
    let broken = provider.refresh_token(&credentials).await;
    assert!(matches!(broken, Err(CallError::Unauthorized { .. })), "{broken:?}");
    let asked = stub.asked();
    assert!(asked[0].headers.get("authorization").is_none());
    assert!(asked[0].body.contains(r#""grant_type":"refresh_token""#));
}

#[tokio::test]
async fn the_breaker_counts_outages_only_and_spares_other_accounts() {
    let mut replies: Vec<Reply> = (0..6).map(|_| reply(404, &json!({}))).collect();
    replies.extend((0..5).map(|_| reply(500, &json!({}))));
    replies.push(reply(200, &payment("1")));
    let (stub, provider) = Stub::start(replies).await;
    let breakers = CircuitBreakers::new(BreakerConfig::default());
    let guarded = Guarded::new(Arc::new(provider), breakers.clone());
    for _ in 0..6 {
        assert_eq!(guarded.fetch_payment(&credentials(), "1").await, Err(CallError::NotFound));
    }
    for _ in 0..5 {
        guarded.fetch_payment(&credentials(), "1").await.unwrap_err();
    }
    assert_eq!(stub.asked().len(), 11);
    let refused = guarded.fetch_payment(&credentials(), "1").await.unwrap_err();
    assert!(matches!(refused, CallError::BreakerOpen { .. }), "{refused:?}");
    assert!(stub.asked().is_empty(), "nothing was sent");
    assert_eq!(breakers.states()[0].state, BreakerPhase::Open);
    let other = credentials().named("8");
    guarded.fetch_payment(&other, "1").await.unwrap();
}

/// A provider whose connection breaks off after it has read the request and said `said`.
async fn breaking_off(said: &'static str) -> MercadoPago {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = [0; 8_192];
            let _ = connection.read(&mut request).await;
            let _ = connection.write_all(said.as_bytes()).await;
        }
    });
    MercadoPago::new(base, Duration::from_secs(2), Arc::new(StandingClock)).unwrap()
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_may_have_done_it() {
    for said in
        ["", "HTTP/1.1 201 Created\r\n", "HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\n{", "garbage\r\n\r\n"]
    {
        let provider = breaking_off(said).await;
        let error = provider.create_checkout(&credentials(), &checkout()).await.unwrap_err();
        assert!(error.may_have_happened(), "{said:?}: {error:?}");
        let error = provider.fetch_payment(&credentials(), "1").await.unwrap_err();
        assert!(matches!(error, CallError::Unavailable { .. }), "{said:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_handshake_that_fails_sends_nothing() {
    let (stub, _) = Stub::start([]).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, stub.router()).await });
    let provider = match MercadoPago::new(base, Duration::from_secs(2), Arc::new(StandingClock)) {
        Ok(provider) => provider,
        // A machine without certificate authorities is told so.
        Err(error) => return assert!(matches!(error, provider::SetupError::Tls(_)), "{error}"),
    };
    let error = provider.create_checkout(&credentials(), &checkout()).await.unwrap_err();
    assert!(matches!(&error, CallError::Unavailable { .. }), "{error:?}");
}
