//! A fake with one seller, a client that speaks for it, and a receiver that writes notifications down.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use fake_mercadopago::{FakeMercadoPago, Options, Outcome, Pace, Seller};
use serde_json::{Value, json};

/// A restaurant's notification address, answering what it is told to, 200 when told nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Receiver {
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

/// A notification as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn is_webhook(&self) -> bool {
        self.uri.query().is_some_and(|query| query.contains("type="))
    }
}

async fn hear(
    State(receiver): State<Receiver>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let body = String::from_utf8_lossy(&body).into_owned();
    receiver.heard.lock().unwrap().push(Heard { method, uri, headers, body });
    let answer = receiver.answers.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(answer).unwrap()
}

impl Receiver {
    pub(crate) async fn start() -> (Self, String) {
        let receiver = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router =
            Router::new().fallback(hear).layer(axum::extract::DefaultBodyLimit::disable()).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (receiver, url)
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub(crate) fn forget(&self) {
        self.heard.lock().unwrap().clear();
    }

    /// The next notifications get these statuses.
    pub(crate) fn answer_next(&self, statuses: impl IntoIterator<Item = u16>) {
        self.answers.lock().unwrap().extend(statuses);
    }
}

pub(crate) struct Scene {
    pub(crate) fake: FakeMercadoPago,
    pub(crate) seller: Seller,
    pub(crate) receiver: Receiver,
    pub(crate) hook: String,
    http: reqwest::Client,
}

pub(crate) fn fixed() -> Options {
    let start = "2026-02-20T23:34:35.250Z".parse().expect("a date");
    Options { pace: Pace::Fixed(start), seed: 7, ..Options::default() }
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(fixed()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let fake = FakeMercadoPago::start(options).await.expect("a free port");
        let seller = Seller::argentina(1);
        fake.add_seller(seller.clone());
        let (receiver, hook) = Receiver::start().await;
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { fake, seller, receiver, hook, http }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.http.request(method, format!("{}{path}", self.fake.base_url())).bearer_auth(&self.seller.access_token)
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.header("x-idempotency-key", "fixed").json(&body);
        }
        answer(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, None).await
    }

    /// A preference of 1250.50 with reference `intent-1`, notified to the receiver.
    pub(crate) async fn preference(&self) -> String {
        self.preference_with(json!({})).await
    }

    pub(crate) async fn preference_with(&self, more: Value) -> String {
        let mut body = json!({
            "items": [{"title": "Mesa 4", "quantity": 1, "unit_price": 1250.50, "currency_id": "ARS"}],
            "external_reference": "intent-1",
            "notification_url": self.hook,
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, preference) = self.call("POST", "/checkout/preferences", Some(body)).await;
        assert_eq!(status, 201, "{preference}");
        preference["id"].as_str().expect("an id").to_owned()
    }

    /// A paid preference.
    pub(crate) async fn paid(&self) -> u64 {
        let preference = self.preference().await;
        self.fake.pay(&preference, Outcome::Approve, None).expect("an open preference")
    }

    pub(crate) async fn payment(&self, id: u64) -> Value {
        self.get(&format!("/v1/payments/{id}")).await.1
    }

    pub(crate) async fn refund(&self, id: u64, key: Option<&str>, body: &str) -> (u16, Value) {
        let mut request = self.request("POST", &format!("/v1/payments/{id}/refunds")).body(body.to_owned());
        if let Some(key) = key {
            request = request.header("x-idempotency-key", key);
        }
        answer(request).await
    }
}

/// Status and JSON; `Null` for an empty body.
pub(crate) async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}
