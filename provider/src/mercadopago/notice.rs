//! What a notification points at. Three shapes reach one address (payments.md §3): webhooks
//! (`?data.id=…&type=payment`), the older IPN (`?id=…&topic=payment`), and orders whose id stands in the body alone or
//! at the end of a URL.

use super::wire::Id;
use crate::{Hint, HintKind, Notice};
use serde::Deserialize;

/// Ids are short; anything longer is not one and would only fill the inbox.
const LONGEST_ID: usize = 128;

/// A notification, taken apart.
pub(super) struct Parsed {
    /// `data.id` of the query: the one that is signed.
    pub(super) data_id: Option<String>,
    /// `id` of the query.
    id: Option<String>,
    /// `type` or `topic` of the query.
    topic: Option<String>,
    pub(super) body: Body,
}

/// What may stand in the body.
#[derive(Default)]
pub(super) struct Body {
    pub(super) data_id: Option<String>,
    id: Option<String>,
    resource: Option<String>,
    topic: Option<String>,
    action: Option<String>,
    user_id: Option<String>,
}

/// Each field by itself may be anything: a strange one must not hide the others.
#[derive(Deserialize)]
struct WrittenBody {
    data: Option<serde_json::Value>,
    id: Option<serde_json::Value>,
    resource: Option<serde_json::Value>,
    r#type: Option<serde_json::Value>,
    topic: Option<serde_json::Value>,
    action: Option<serde_json::Value>,
    user_id: Option<serde_json::Value>,
}

impl Body {
    fn of(raw: &[u8]) -> Self {
        let Ok(written) = serde_json::from_slice::<WrittenBody>(raw) else { return Self::default() };
        let text = |value: Option<&serde_json::Value>| value.and_then(Id::of_value);
        Self {
            data_id: text(written.data.as_ref().and_then(|data| data.get("id"))),
            id: text(written.id.as_ref()),
            resource: text(written.resource.as_ref()),
            topic: text(written.r#type.as_ref().or(written.topic.as_ref())),
            action: text(written.action.as_ref()),
            user_id: text(written.user_id.as_ref()),
        }
    }
}

impl Parsed {
    pub(super) fn of(notice: &Notice<'_>) -> Self {
        let mut parsed = Self { data_id: None, id: None, topic: None, body: Body::of(notice.raw_body) };
        for (name, value) in url::form_urlencoded::parse(notice.raw_query.as_bytes()) {
            let place = match &*name {
                "data.id" => &mut parsed.data_id,
                "id" => &mut parsed.id,
                "type" | "topic" => &mut parsed.topic,
                _ => continue,
            };
            if place.is_none() && !value.is_empty() {
                *place = Some(value.into_owned());
            }
        }
        parsed
    }

    /// Whether this is the older kind, whose signature nobody can check.
    pub(super) fn is_ipn(&self) -> bool {
        self.data_id.is_none() && self.id.is_some() && self.topic.is_some()
    }

    /// The signed id wins; the body's counts only where the query names none.
    fn resource(&self) -> Option<&str> {
        let body = &self.body;
        let order = self.kind() == HintKind::Order;
        // The body's own `id` numbers the notification, except for orders, where it is the order.
        let own = body.id.as_deref().filter(|_| order);
        let in_body = body.data_id.as_deref().or_else(|| body.resource.as_deref().map(last_part)).or(own);
        self.data_id.as_deref().or(self.id.as_deref()).or(in_body).filter(|id| is_id(id))
    }

    fn kind(&self) -> HintKind {
        let topic = self.topic.as_ref().or(self.body.topic.as_ref()).map_or("", String::as_str);
        match topic {
            "payment" => HintKind::Payment,
            "merchant_order" | "topic_merchant_order_wh" => HintKind::Order,
            "chargebacks" | "topic_chargebacks_wh" => HintKind::Chargeback,
            "topic_claims_integration_wh" | "claim" => HintKind::Claim,
            "stop_delivery_op_wh" | "delivery_cancellation" => HintKind::Fraud,
            "mp-connect" => HintKind::Authorization,
            _ if self.body.action.as_deref().is_some_and(|action| action.starts_with("payment.")) => HintKind::Payment,
            _ => HintKind::Other,
        }
    }
}

/// What to look at; at most one thing, nothing when no id can be found.
pub(super) fn hints(notice: &Notice<'_>) -> Vec<Hint> {
    let parsed = Parsed::of(notice);
    let account = parsed.body.user_id.clone().filter(|id| is_id(id));
    parsed.resource().map(|id| Hint { kind: parsed.kind(), resource_id: id.to_owned(), account }).into_iter().collect()
}

/// The id in a resource: itself, or the last part of a URL's path.
fn last_part(resource: &str) -> &str {
    let path = resource.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

/// Ids go into paths: only characters that cannot lead elsewhere.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_ID
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;

    fn hint(query: &str, body: &str) -> Option<(HintKind, String)> {
        let headers = HeaderMap::new();
        let hints = hints(&Notice { headers: &headers, raw_query: query, raw_body: body.as_bytes() });
        hints.into_iter().next().map(|hint| (hint.kind, hint.resource_id))
    }

    fn found(kind: HintKind, id: &str) -> Option<(HintKind, String)> {
        Some((kind, id.to_owned()))
    }

    #[test]
    fn every_shape_is_understood() {
        let webhook = r#"{"id":129000000001,"live_mode":true,"type":"payment","user_id":"900100200","action":"payment.created","data":{"id":"146000000001"}}"#;
        assert_eq!(hint("data.id=146000000001&type=payment", webhook), found(HintKind::Payment, "146000000001"));
        assert_eq!(hint("source_news=webhooks", webhook), found(HintKind::Payment, "146000000001"));
        let ipn = r#"{"resource":"146000000001","topic":"payment"}"#;
        assert_eq!(hint("id=146000000001&topic=payment", ipn), found(HintKind::Payment, "146000000001"));
        assert_eq!(hint("", ipn), found(HintKind::Payment, "146000000001"));
        let order =
            r#"{"resource":"https://api.mercadolibre.com/merchant_orders/38000000001","topic":"merchant_order"}"#;
        assert_eq!(hint("", order), found(HintKind::Order, "38000000001"));
        let order =
            r#"{"id":38000000001,"type":"topic_merchant_order_wh","action":"update","data":{"status":"closed"}}"#;
        assert_eq!(hint("", order), found(HintKind::Order, "38000000001"));
        assert_eq!(hint("data.id=7&type=topic_chargebacks_wh", "{}"), found(HintKind::Chargeback, "7"));
        assert_eq!(hint("data.id=7&type=mp-connect", "{}"), found(HintKind::Authorization, "7"));
        assert_eq!(hint("data.id=7&type=stop_delivery_op_wh", "{}"), found(HintKind::Fraud, "7"));
        assert_eq!(hint("data.id=7&type=plan", "{}"), found(HintKind::Other, "7"));
    }

    #[test]
    fn the_signed_id_wins() {
        let body = r#"{"type":"payment","data":{"id":"999"}}"#;
        assert_eq!(hint("data.id=1&type=payment", body), found(HintKind::Payment, "1"));
    }

    #[test]
    fn nonsense_points_at_nothing() {
        for (query, body) in [
            ("", ""),
            ("type=payment", "{}"),
            ("type=payment", "[1,2"),
            ("type=payment", r#"{"id":5}"#),
            ("type=payment", r#"{"data":{"id":{"a":1}}}"#),
            ("data.id=..%2F..%2Fusers%2Fme&type=payment", r#"{"id":1}"#),
            ("", r#"{"topic":"payment","resource":"https://api.mercadopago.com/v1/payments/%2e%2e"}"#),
            ("data.id=%FF&type=payment", ""),
        ] {
            assert_eq!(hint(query, body), None, "{query} {body}");
        }
        assert_eq!(hint(&format!("data.id={}&type=payment", "1".repeat(200)), ""), None);
        assert_eq!(hint("type=payment", &"[".repeat(1_000_000)), None);
        assert_eq!(hint("", r#"{"type":7,"user_id":[],"data":{"id":8}}"#), found(HintKind::Other, "8"));
    }
}
