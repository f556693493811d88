//! A preference: what the seller asked to be paid, kept field by field as sent and checked as the provider checks it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::amount;
use crate::call::Reply;
use crate::clock;
use crate::options::Quirks;
use crate::seller::Seller;

/// The fields of a preference's body, each as the JSON text that was sent.
pub(crate) type Fields = BTreeMap<String, Box<RawValue>>;

/// What the rules of payment need to know of the fields.
#[derive(Debug, Clone, Default)]
pub(crate) struct Terms {
    pub(crate) items: Vec<Item>,
    /// Hundredths.
    pub(crate) total: i64,
    pub(crate) external_reference: Option<String>,
    pub(crate) notification_url: Option<String>,
    pub(crate) success: Option<String>,
    pub(crate) pending: Option<String>,
    pub(crate) failure: Option<String>,
    pub(crate) from: Option<DateTime<Utc>>,
    pub(crate) to: Option<DateTime<Utc>>,
    pub(crate) binary: bool,
    /// Cash is excluded.
    pub(crate) no_cash: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) title: String,
    pub(crate) quantity: u32,
    pub(crate) unit_price: i64,
    pub(crate) raw: ItemText,
}

/// The texts of an item that are only echoed.
#[derive(Debug, Clone, Default)]
pub(crate) struct ItemText {
    pub(crate) id: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) picture_url: Option<String>,
    pub(crate) category_id: Option<String>,
    pub(crate) currency_id: Option<String>,
}

/// A preference as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Preference {
    pub(crate) id: String,
    pub(crate) seller: u64,
    pub(crate) fields: Fields,
    pub(crate) terms: Terms,
    pub(crate) created: DateTime<Utc>,
    pub(crate) updated: Option<DateTime<Utc>>,
}

impl Preference {
    /// Whether new payments are taken at this instant.
    pub(crate) fn open(&self, now: DateTime<Utc>) -> bool {
        self.terms.from.is_none_or(|from| from <= now) && !self.expired(now)
    }

    pub(crate) fn expired(&self, now: DateTime<Utc>) -> bool {
        self.terms.to.is_some_and(|to| to <= now)
    }
}

#[derive(Deserialize)]
struct SentItem {
    id: Option<String>,
    title: Option<String>,
    description: Option<String>,
    picture_url: Option<String>,
    category_id: Option<String>,
    currency_id: Option<String>,
    quantity: Option<Box<RawValue>>,
    unit_price: Option<Box<RawValue>>,
}

#[derive(Deserialize, Default)]
struct SentUrls {
    success: Option<String>,
    pending: Option<String>,
    failure: Option<String>,
}

#[derive(Deserialize, Default)]
struct SentMethods {
    #[serde(default)]
    excluded_payment_types: Vec<SentId>,
    #[serde(default)]
    excluded_payment_methods: Vec<SentId>,
    installments: Option<i64>,
}

#[derive(Deserialize)]
struct SentId {
    id: String,
}

/// A 400 with the provider's word for the field.
fn invalid(error: &str, message: &str) -> Reply {
    Reply::error(400, error, message)
}

/// One field, read as `T`; absent and `null` are the same.
fn field<'a, T: Deserialize<'a>>(fields: &'a Fields, name: &str, error: &str) -> Result<Option<T>, Reply> {
    match fields.get(name) {
        None => Ok(None),
        Some(raw) => serde_json::from_str(raw.get()).map_err(|_| invalid(error, &format!("{name} invalid"))),
    }
}

/// Checks the fields as the provider does.
pub(crate) fn check(fields: &Fields, seller: &Seller, quirks: &Quirks) -> Result<Terms, Reply> {
    let items = items(fields, seller, quirks)?;
    let total = items
        .iter()
        .try_fold(0_i64, |sum, item| sum.checked_add(item.unit_price.checked_mul(i64::from(item.quantity))?))
        .ok_or_else(|| invalid("invalid_items", "the total is too large"))?;
    if quirks.minimum_amount.is_some_and(|least| total < least) {
        return Err(invalid("invalid_items", "the total is below the minimum amount of the site"));
    }
    let urls: SentUrls = field(fields, "back_urls", "invalid_back_urls")?.unwrap_or_default();
    check_return(fields, &urls, quirks)?;
    let (from, to) = window(fields)?;
    let methods: SentMethods = field(fields, "payment_methods", "invalid_payment_methods")?.unwrap_or_default();
    if methods.installments.is_some_and(|count| !(1..=36).contains(&count)) {
        return Err(invalid("invalid_payment_methods", "installments must be between 1 and 36"));
    }
    if methods.excluded_payment_methods.iter().any(|method| method.id == "account_money") {
        return Err(invalid("invalid_payment_methods", "account_money cannot be excluded"));
    }
    Ok(Terms {
        items,
        total,
        external_reference: reference(fields)?,
        notification_url: notification_url(fields)?,
        success: urls.success.filter(|url| !url.is_empty()),
        pending: urls.pending.filter(|url| !url.is_empty()),
        failure: urls.failure.filter(|url| !url.is_empty()),
        from,
        to,
        binary: field(fields, "binary_mode", "invalid_binary_mode")?.unwrap_or(false),
        no_cash: methods.excluded_payment_types.iter().any(|kind| kind.id == "ticket"),
    })
}

fn items(fields: &Fields, seller: &Seller, quirks: &Quirks) -> Result<Vec<Item>, Reply> {
    let wrong = |message: &str| invalid("invalid_items", message);
    let sent: Vec<SentItem> = field(fields, "items", "invalid_items")?.unwrap_or_default();
    if sent.is_empty() {
        return Err(wrong("items needed"));
    }
    let whole = seller.whole_amounts() || (quirks.whole_cop && seller.currency == "COP");
    sent.into_iter()
        .map(|item| {
            let title = item.title.filter(|title| !title.is_empty()).ok_or_else(|| wrong("title needed"))?;
            let quantity = item.quantity.and_then(|raw| raw.get().parse().ok()).filter(|count| *count >= 1);
            let quantity = quantity.ok_or_else(|| wrong("quantity must be an integer of at least 1"))?;
            let price = item.unit_price.and_then(|raw| amount::parse(raw.get())).filter(|price| *price > 0);
            let unit_price = price.ok_or_else(|| wrong("unit_price invalid"))?;
            if whole && unit_price % 100 != 0 {
                return Err(wrong("unit_price must be an integer"));
            }
            if item.currency_id.as_ref().is_some_and(|currency| *currency != seller.currency) {
                return Err(wrong("currency_id invalid"));
            }
            let raw = ItemText {
                id: item.id,
                description: item.description,
                picture_url: item.picture_url,
                category_id: item.category_id,
                currency_id: item.currency_id,
            };
            Ok(Item { title, quantity, unit_price, raw })
        })
        .collect()
}

fn reference(fields: &Fields) -> Result<Option<String>, Reply> {
    let text: Option<String> = field(fields, "external_reference", "invalid_external_reference")?;
    let text = text.filter(|text| !text.is_empty());
    let fits = |text: &str| {
        text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    match text {
        Some(text) if !fits(&text) => Err(invalid("invalid_external_reference", "external_reference invalid")),
        text => Ok(text),
    }
}

fn notification_url(fields: &Fields) -> Result<Option<String>, Reply> {
    let text: Option<String> = field(fields, "notification_url", "invalid_notification_url")?;
    match text.filter(|text| !text.is_empty()) {
        Some(text) if text.len() > 248 || url::Url::parse(&text).is_err() => {
            Err(invalid("invalid_notification_url", "notification_url invalid"))
        }
        text => Ok(text),
    }
}

fn check_return(fields: &Fields, urls: &SentUrls, quirks: &Quirks) -> Result<(), Reply> {
    let refused = || invalid("invalid_auto_return", "auto_return invalid. back_url.success must be defined");
    let sent = [&urls.success, &urls.pending, &urls.failure];
    if sent.into_iter().flatten().any(|text| !text.is_empty() && url::Url::parse(text).is_err()) {
        return Err(invalid("invalid_back_urls", "back_urls invalid. Wrong format"));
    }
    let auto: Option<String> = field(fields, "auto_return", "invalid_auto_return")?;
    let Some(auto) = auto.filter(|auto| !auto.is_empty()) else { return Ok(()) };
    if auto != "approved" && auto != "all" {
        return Err(refused());
    }
    let success = urls.success.as_deref().and_then(|text| url::Url::parse(text).ok()).ok_or_else(refused)?;
    let local = matches!(success.host_str(), None | Some("localhost" | "127.0.0.1"));
    if !quirks.local_auto_return && (success.scheme() != "https" || local) {
        return Err(refused());
    }
    Ok(())
}

/// The window of payment; it counts only with `expires`.
type Window = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

fn window(fields: &Fields) -> Result<Window, Reply> {
    let date = |name: &str, error: &str| -> Result<Option<DateTime<Utc>>, Reply> {
        let text: Option<String> = field(fields, name, error)?;
        text.map(|text| clock::parse(&text).ok_or_else(|| invalid(error, &format!("{name} invalid")))).transpose()
    };
    let from = date("expiration_date_from", "invalid_expiration_date_from")?;
    let to = date("expiration_date_to", "invalid_expiration_date_to")?;
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(invalid("invalid_expiration_date_to", "expiration_date_to must be after expiration_date_from"));
    }
    let expires: bool = field(fields, "expires", "invalid_date")?.unwrap_or(false);
    Ok(if expires { (from, to) } else { (None, None) })
}
