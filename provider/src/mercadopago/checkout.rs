//! Preferences: what Mercado Pago calls a checkout (payments.md §1).

use super::wire::{Id, Instant, clip, required, written};
use crate::{BackUrls, CallError, Checkout, NewCheckout, decimal_from_cents};
use chrono::{DateTime, Utc};
use domain::{Cents, Currency};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{cmp::Reverse, collections::BTreeMap};
use url::Url;

/// Longest reference.
const REFERENCE: usize = 64;
/// Longest notification address.
const NOTIFICATION_URL: usize = 248;
/// Longest text on a card statement that every site takes.
const STATEMENT: usize = 13;
/// Longest title of an item.
const TITLE: usize = 250;

/// Decimals on the wire. Mercado Pago's own plugins send Colombian pesos whole.
pub(super) const fn exponent(currency: Currency) -> u32 {
    match currency {
        Currency::Clp | Currency::Cop => 0,
        Currency::Ars | Currency::Brl | Currency::Mxn | Currency::Pen | Currency::Uyu => 2,
    }
}

#[derive(Serialize)]
struct Preference<'a> {
    items: Vec<Item<'a>>,
    external_reference: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    back_urls: Option<WrittenBackUrls<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_return: Option<&'static str>,
    expires: bool,
    expiration_date_to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_descriptor: Option<String>,
    payment_methods: PaymentMethods,
    metadata: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    title: String,
    quantity: u32,
    unit_price: Box<RawValue>,
    currency_id: &'static str,
}

#[derive(Serialize)]
struct WrittenBackUrls<'a> {
    success: &'a str,
    pending: &'a str,
    failure: &'a str,
}

#[derive(Serialize)]
struct PaymentMethods {
    excluded_payment_types: [PaymentType; 2],
}

#[derive(Serialize)]
struct PaymentType {
    id: &'static str,
}

/// The body of `POST /checkout/preferences`.
pub(super) fn preference(checkout: &NewCheckout) -> Result<Vec<u8>, CallError> {
    let reference = &checkout.reference;
    let fits = !reference.is_empty() && reference.len() <= REFERENCE && super::notice::is_id(reference);
    if !fits {
        return Err(refused("invalid_reference", "the reference is not 1 to 64 letters, digits, - or _"));
    }
    let preference = Preference {
        items: items(checkout)?,
        external_reference: reference,
        notification_url: checkout.notification_url.as_ref().map(notification_url).transpose()?,
        back_urls: checkout.back_urls.as_ref().map(|urls| WrittenBackUrls {
            success: urls.success.as_str(),
            pending: urls.pending.as_str(),
            failure: urls.failure.as_str(),
        }),
        auto_return: checkout.back_urls.as_ref().filter(|urls| returns_by_itself(urls)).map(|_| "approved"),
        expires: true,
        expiration_date_to: written(checkout.expires_at),
        statement_descriptor: checkout.statement_descriptor.as_deref().and_then(statement),
        // A ticket paid in a shop two days later settles no table.
        payment_methods: PaymentMethods {
            excluded_payment_types: [PaymentType { id: "ticket" }, PaymentType { id: "atm" }],
        },
        metadata: &checkout.metadata,
    };
    serde_json::to_vec(&preference).map_err(|error| refused("unwritable", &error.to_string()))
}

/// The body that closes a preference: there is no delete, so it expires now.
pub(super) fn expired(now: DateTime<Utc>) -> Vec<u8> {
    serde_json::json!({"expires": true, "expiration_date_to": written(now)}).to_string().into_bytes()
}

fn items(checkout: &NewCheckout) -> Result<Vec<Item<'_>>, CallError> {
    let lines: Vec<_> = checkout.lines.iter().filter(|line| line.amount > Cents::ZERO).collect();
    if lines.is_empty() {
        return Err(refused("invalid_amount", "there is nothing to pay"));
    }
    let whole = exponent(checkout.currency) == 0;
    let items = lines.into_iter().map(|line| {
        if whole && line.amount.get() % 100 != 0 {
            return Err(refused("amount_not_whole", "this currency is paid without fractions"));
        }
        let price = decimal_from_cents(line.amount);
        Ok(Item {
            id: &line.id,
            title: clip(&line.title, TITLE),
            quantity: 1,
            unit_price: RawValue::from_string(price).map_err(|error| refused("unwritable", &error.to_string()))?,
            currency_id: checkout.currency.as_str(),
        })
    });
    items.collect()
}

/// Asks for webhooks only: the older IPN cannot be authenticated and would say everything twice.
fn notification_url(url: &Url) -> Result<String, CallError> {
    let mut url = url.clone();
    if !url.query_pairs().any(|(name, _)| name == "source_news") {
        url.query_pairs_mut().append_pair("source_news", "webhooks");
    }
    let text = String::from(url);
    if text.len() > NOTIFICATION_URL {
        return Err(refused("invalid_notification_url", "the notification address is longer than 248 characters"));
    }
    Ok(text)
}

/// Mercado Pago refuses an automatic return to an address of this machine, or without TLS.
fn returns_by_itself(urls: &BackUrls) -> bool {
    let local = |host: &str| host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.");
    urls.success.scheme() == "https" && !urls.success.host_str().is_none_or(local)
}

/// Letters, digits and blanks in ASCII; a cut name reads better than a refused checkout.
fn statement(text: &str) -> Option<String> {
    let plain = text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == ' ').take(STATEMENT).collect::<String>();
    Some(plain.trim().to_owned()).filter(|text| !text.is_empty())
}

fn refused(code: &str, message: &str) -> CallError {
    CallError::Rejected { code: code.to_owned(), message: message.to_owned() }
}

/// A preference as it is answered.
#[derive(Deserialize)]
pub(super) struct Written {
    id: Option<Id>,
    external_reference: Option<Id>,
    init_point: Option<String>,
    date_created: Option<Instant>,
    expiration_date_to: Option<Instant>,
}

impl Written {
    /// The checkout, which must say where to send the diner.
    pub(super) fn checkout(self) -> Result<Checkout, CallError> {
        required(self.init_point.as_ref().filter(|url| !url.is_empty()), "init_point")?;
        self.found().ok_or_else(|| CallError::Malformed("id is missing".into()))
    }

    fn found(self) -> Option<Checkout> {
        Some(Checkout {
            provider_ref: self.id?.0,
            redirect_url: self.init_point.unwrap_or_default(),
            created_at: self.date_created.map(|instant| instant.0),
            expires_at: self.expiration_date_to.map(|instant| instant.0),
        })
    }
}

/// A page of preferences.
#[derive(Deserialize)]
pub(super) struct Found {
    elements: Option<Vec<Option<Written>>>,
}

impl Found {
    /// Those that really carry the reference, newest first.
    pub(super) fn checkouts(self, reference: &str) -> Vec<Checkout> {
        let elements = self.elements.unwrap_or_default().into_iter().flatten();
        let ours = elements.filter(|element| element.external_reference.as_ref().is_some_and(|id| id.0 == reference));
        let mut checkouts: Vec<Checkout> = ours.filter_map(Written::found).collect();
        checkouts.sort_by_key(|checkout| Reverse(checkout.created_at));
        checkouts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CheckoutLine;

    fn checkout() -> NewCheckout {
        let url = |text: &str| Url::parse(text).unwrap();
        let line =
            |id: &str, cents| CheckoutLine { id: id.into(), title: id.into(), amount: Cents::new(cents).unwrap() };
        NewCheckout {
            reference: "0b7c6c1e-5d7e-4a55-9f0e-3f1d9f0a7c11".into(),
            idempotency_key: "key".into(),
            lines: vec![line("check", 125_050), line("tip", 10_000), line("nothing", 0)],
            currency: Currency::Ars,
            expires_at: DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap(),
            notification_url: Some(url("https://api.example.com/hook/abc")),
            back_urls: Some(BackUrls {
                success: url("https://menu.example.com/ok"),
                pending: url("https://menu.example.com/wait"),
                failure: url("https://menu.example.com/no"),
            }),
            statement_descriptor: Some("El Ñandú & Compañía del Sur".into()),
            metadata: BTreeMap::from([("check_id".into(), "7".into())]),
        }
    }

    fn code(checkout: &NewCheckout) -> String {
        match preference(checkout) {
            Err(CallError::Rejected { code, .. }) => code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn amounts_are_written_to_the_cent_and_limits_kept() {
        let body = String::from_utf8(preference(&checkout()).unwrap()).unwrap();
        assert!(body.contains(r#""unit_price":1250.50"#) && body.contains(r#""unit_price":100,"#), "{body}");
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(json["items"].as_array().unwrap().len(), 2);
        assert_eq!(json["expiration_date_to"], "2023-11-14T22:13:20.123+00:00");
        assert_eq!(json["notification_url"], "https://api.example.com/hook/abc?source_news=webhooks");
        assert_eq!(json["statement_descriptor"], "El and  Compa");
        assert_eq!(json["auto_return"], "approved");
        assert_eq!(json["metadata"]["check_id"], "7");
    }

    #[test]
    fn what_mercado_pago_would_refuse_is_refused_before_it_is_sent() {
        let mut wrong = checkout();
        wrong.reference = "a b".into();
        assert_eq!(code(&wrong), "invalid_reference");
        wrong.reference = "a".repeat(65);
        assert_eq!(code(&wrong), "invalid_reference");
        let mut wrong = checkout();
        wrong.currency = Currency::Clp;
        assert_eq!(code(&wrong), "amount_not_whole");
        let mut wrong = checkout();
        wrong.lines.clear();
        assert_eq!(code(&wrong), "invalid_amount");
        let mut wrong = checkout();
        wrong.notification_url = Some(Url::parse(&format!("https://h/{}", "x".repeat(230))).unwrap());
        assert_eq!(code(&wrong), "invalid_notification_url");
    }

    #[test]
    fn no_automatic_return_to_this_machine() {
        for success in ["http://menu.example.com/", "https://localhost:5176/", "https://127.0.0.1/"] {
            let mut local = checkout();
            if let Some(urls) = &mut local.back_urls {
                urls.success = Url::parse(success).unwrap();
            }
            let json: serde_json::Value = serde_json::from_slice(&preference(&local).unwrap()).unwrap();
            assert_eq!(json["auto_return"], serde_json::Value::Null, "{success}");
        }
    }
}
