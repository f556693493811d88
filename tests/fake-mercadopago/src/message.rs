//! The bytes of a notification: address, headers, signature and body, correct or malformed on demand.

use std::time::Duration;

use serde::Serialize;

use crate::amount::AmountFormat;
use crate::clock::{Clock, utc_stamp};
use crate::delivery::{Delivery, Flaw, Format, Topic};
use crate::json::{Json, object};
use crate::signature;
use crate::state::State;
use crate::status::Status;

/// A request ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `POST`, or `GET` if malformed so.
    pub method: &'static str,
    /// Address and query.
    pub url: String,
    /// Names and values; a value need not be ASCII.
    pub headers: Vec<(String, Vec<u8>)>,
    /// JSON.
    pub body: String,
}

impl Message {
    /// A header's value as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(header, _)| header == name)?;
        Some(String::from_utf8_lossy(&found.1).into_owned())
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The status; `None` when nobody answered in time.
    pub status: Option<u16>,
    /// The body's beginning.
    pub body: String,
    /// Why there is no status.
    pub error: Option<String>,
}

impl Answer {
    /// Whether the provider takes it for an acknowledgement: 200 and 201, nothing else.
    #[must_use]
    pub fn acknowledged(&self) -> bool {
        matches!(self.status, Some(200 | 201))
    }
}

/// Builds what is sent for `delivery` now.
pub(crate) fn build(state: &mut State, delivery: &Delivery) -> Message {
    let has = |flaw: &Flaw| delivery.flaws.contains(flaw);
    let request_id = state.wire_uuid().to_string();
    let names_id = delivery.topic != Topic::MerchantOrder || state.options.quirks.order_webhook_signs_id;
    let query_id = (!has(&Flaw::NoQueryId) && names_id).then_some(delivery.resource.as_str());
    let sent_id = (!has(&Flaw::NoRequestId)).then_some(request_id.as_str());
    let mut headers: Vec<(String, Vec<u8>)> = vec![("content-type".to_owned(), b"application/json".to_vec())];
    let mut header = |name: &str, value: &str| headers.push((name.to_owned(), value.as_bytes().to_vec()));
    match delivery.format {
        Format::Webhook => {
            header("user-agent", &format!("MercadoPago WebHook v1.0 {}", delivery.topic.webhook()));
            header("origin", "https://mercadopago.com.ar");
        }
        Format::Ipn => header("user-agent", &format!("MercadoPago Feed v2.0 {}", delivery.topic.ipn())),
    }
    if let Some(id) = sent_id {
        header("x-request-id", id);
    }
    if let Some(signature) = sign(state, delivery, query_id, sent_id) {
        headers.push(("x-signature".to_owned(), signature));
    }
    let method = if has(&Flaw::Get) { "GET" } else { "POST" };
    Message { method, url: address(delivery, query_id), headers, body: body(state, delivery) }
}

fn sign(state: &State, delivery: &Delivery, data_id: Option<&str>, request_id: Option<&str>) -> Option<Vec<u8>> {
    let mut secret = match delivery.format {
        Format::Webhook => state.sellers.get(&delivery.seller)?.webhook_secret.clone(),
        // Real IPNs carry a signature under a key nobody is told.
        Format::Ipn => "a key that only the provider knows".to_owned(),
    };
    let mut at = state.clock.now();
    let mut millis = false;
    for flaw in &delivery.flaws {
        match flaw {
            Flaw::NoSignature => return None,
            Flaw::Signature(text) => return Some(text.clone().into_bytes()),
            Flaw::WrongSecret => secret.insert_str(0, "not-"),
            Flaw::Secret(other) => secret.clone_from(other),
            Flaw::TsMillis => millis = true,
            Flaw::TsShift(seconds) => at += chrono::TimeDelta::try_seconds(*seconds).unwrap_or_default(),
            _ => {}
        }
    }
    let ts = if millis { at.timestamp_millis() } else { at.timestamp() }.to_string();
    let mut v1 = signature::sign(&secret, &signature::manifest(data_id, request_id, &ts));
    let has = |flaw: &Flaw| delivery.flaws.contains(flaw);
    if has(&Flaw::UppercaseV1) {
        v1.make_ascii_uppercase();
    }
    if has(&Flaw::TwoV1) {
        v1 = format!("{},v1={v1}", "0".repeat(64));
    }
    if has(&Flaw::NonAsciiV1) {
        return Some([format!("ts={ts},v1=").as_bytes(), &[0xE9; 64]].concat());
    }
    let text = if has(&Flaw::SpacedHeader) { format!(" ts = {ts} , v1 = {v1} ") } else { format!("ts={ts},v1={v1}") };
    Some(text.into_bytes())
}

/// The address with the notification's parameters around its own.
fn address(delivery: &Delivery, data_id: Option<&str>) -> String {
    let other = delivery.flaws.iter().find_map(|flaw| match flaw {
        Flaw::Url(url) => Some(url.as_str()),
        _ => None,
    });
    let url = other.unwrap_or(&delivery.url);
    let (path, own) = url.split_once('?').unwrap_or((url, ""));
    let escaped = |id: &str| url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>();
    let (id, word) = match delivery.format {
        Format::Webhook => ("data.id", format!("type={}", delivery.topic.webhook())),
        Format::Ipn => ("id", format!("topic={}", delivery.topic.ipn())),
    };
    let mut parts: Vec<String> = data_id.iter().map(|value| format!("{id}={}", escaped(value))).collect();
    if !own.is_empty() {
        parts.push(own.to_owned());
    }
    parts.push(word);
    format!("{path}?{}", parts.join("&"))
}

fn body(state: &State, delivery: &Delivery) -> String {
    let (mut id, mut huge) = (Some(delivery.resource.as_str()), false);
    for flaw in &delivery.flaws {
        match flaw {
            Flaw::Body(text) => return text.clone(),
            Flaw::BodyId(other) => id = Some(other),
            Flaw::NoBodyId => id = None,
            Flaw::Huge => huge = true,
            _ => {}
        }
    }
    let mut body = match (delivery.format, &delivery.topic) {
        (Format::Ipn, topic) => ipn_body(state, topic, id),
        (Format::Webhook, Topic::MerchantOrder) => order_body(state, delivery),
        (Format::Webhook, _) => webhook_body(state, delivery, id),
    };
    if huge {
        body.push("padding", "x".repeat(1 << 20));
    }
    body.render(AmountFormat::Shortest)
}

fn ipn_body(state: &State, topic: &Topic, id: Option<&str>) -> Json {
    let resource = match topic {
        Topic::MerchantOrder => id.map(|id| format!("{}/merchant_orders/{id}", state.base_url())),
        _ => id.map(str::to_owned),
    };
    object([("resource", resource.into()), ("topic", topic.ipn().into())])
}

fn webhook_body(state: &State, delivery: &Delivery, id: Option<&str>) -> Json {
    // Both spellings are seen in the wild.
    let user: Json = match delivery.notification % 2 {
        0 => delivery.seller.into(),
        _ => delivery.seller.to_string().into(),
    };
    object([
        ("id", delivery.notification.into()),
        ("live_mode", true.into()),
        ("type", delivery.topic.webhook().into()),
        ("date_created", utc_stamp(state.clock.now()).into()),
        ("user_id", user),
        ("api_version", "v1".into()),
        ("action", delivery.action.as_str().into()),
        ("data", id.map_or_else(|| object([]), |id| object([("id", id.into())]))),
    ])
}

fn order_body(state: &State, delivery: &Delivery) -> Json {
    let payment = delivery.payment.and_then(|id| state.payments.get(&id));
    let paid = payment.is_some_and(|payment| payment.status == Status::Approved);
    let status = if paid { "closed" } else { "opened" };
    let currency = payment.map(|payment| payment.currency.clone());
    let data = object([("currency_id", currency.into()), ("marketplace", "NONE".into()), ("status", status.into())]);
    object([
        ("id", delivery.resource.as_str().into()),
        ("type", delivery.topic.webhook().into()),
        ("action", "update".into()),
        ("date_created", utc_stamp(state.clock.now()).into()),
        ("live_mode", true.into()),
        ("user_id", delivery.seller.into()),
        ("status", status.into()),
        ("data", data),
    ])
}

/// Sends it and waits for the answer, at most `limit` of the fake's time.
pub(crate) async fn send(client: &reqwest::Client, clock: &Clock, message: &Message, limit: Duration) -> Answer {
    let method = if message.method == "GET" { reqwest::Method::GET } else { reqwest::Method::POST };
    let mut request = client.request(method, &message.url).timeout(clock.shrink(limit)).body(message.body.clone());
    for (name, value) in &message.headers {
        // Built from bytes: some values are malformed on purpose.
        match reqwest::header::HeaderValue::from_bytes(value) {
            Ok(value) => request = request.header(name, value),
            Err(error) => return Answer { status: None, body: String::new(), error: Some(error.to_string()) },
        }
    }
    match request.send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            let body = response.text().await.unwrap_or_default();
            Answer { status: Some(status), body: body.chars().take(16_384).collect(), error: None }
        }
        Err(error) => Answer { status: None, body: String::new(), error: Some(error.to_string()) },
    }
}
