//! The preference operations: create, read, change, search. Creating is not idempotent unless a knob says so.

use crate::call::{Call, Reply};
use crate::clock::stamp;
use crate::json::{Json, object};
use crate::preference::{Fields, Item, Preference, check};
use crate::state::State;

/// `POST /checkout/preferences`
pub(crate) fn create(state: &mut State, call: &Call) -> Reply {
    let Ok(fields) = serde_json::from_slice::<Fields>(&call.body) else {
        return Reply::error(400, "bad_request", "invalid JSON");
    };
    let Some(seller) = state.sellers.get(&call.seller).cloned() else { return Reply::unauthorized() };
    let key = call.idempotency_key.clone().map(|key| (call.seller, key));
    if state.options.quirks.dedupe_preferences
        && let Some(id) = key.as_ref().and_then(|key| state.preference_keys.get(key))
    {
        return Reply::json(201, body(state, &state.preferences[id]));
    }
    let terms = match check(&fields, &seller, &state.options.quirks) {
        Ok(terms) => terms,
        Err(refusal) => return refusal,
    };
    let id = format!("{}-{}", seller.collector_id, state.uuid());
    let created = state.clock.now();
    let preference = Preference { id: id.clone(), seller: call.seller, fields, terms, created, updated: None };
    let reply = Reply::json(201, body(state, &preference));
    state.preferences.insert(id.clone(), preference);
    state.preference_keys.extend(key.map(|key| (key, id)));
    reply
}

/// `GET /checkout/preferences/{id}`
pub(crate) fn read(state: &State, call: &Call) -> Reply {
    match own(state, call) {
        Some(preference) => Reply::ok(body(state, preference)),
        None => Reply::error(404, "not_found", "preference not found"),
    }
}

/// `PUT /checkout/preferences/{id}`: the fields sent replace the old ones, the rest stays.
pub(crate) fn update(state: &mut State, call: &Call) -> Reply {
    let Some(mut changed) = own(state, call).cloned() else {
        return Reply::error(404, "not_found", "preference not found");
    };
    let Ok(sent) = serde_json::from_slice::<Fields>(&call.body) else {
        return Reply::error(400, "bad_request", "invalid JSON");
    };
    changed.fields.extend(sent);
    match check(&changed.fields, &state.sellers[&call.seller], &state.options.quirks) {
        Ok(terms) => changed.terms = terms,
        Err(refusal) => return refusal,
    }
    changed.updated = Some(state.clock.now());
    let reply = Reply::ok(body(state, &changed));
    state.preferences.insert(changed.id.clone(), changed);
    reply
}

/// `GET /checkout/preferences/search`
pub(crate) fn search(state: &State, call: &Call) -> Reply {
    let number = |name, usual| call.query(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (limit, offset): (usize, usize) = (number("limit", 30), number("offset", 0));
    let mut found: Vec<&Preference> = state
        .preferences
        .values()
        .filter(|preference| preference.seller == call.seller)
        .filter(|preference| {
            call.query("external_reference")
                .is_none_or(|wanted| preference.terms.external_reference.as_deref() == Some(wanted))
        })
        .collect();
    found.sort_by(|one, other| (one.created, &one.id).cmp(&(other.created, &other.id)));
    let total = found.len();
    let elements: Vec<Json> =
        found.into_iter().skip(offset).take(limit).map(|preference| body(state, preference)).collect();
    let paging = object([("total", total.into()), ("limit", limit.into()), ("offset", offset.into())]);
    Reply::ok(object([
        ("elements", Json::List(elements)),
        ("paging", paging),
        ("next_offset", (offset + limit).into()),
        ("total", total.into()),
    ]))
}

fn own<'a>(state: &'a State, call: &Call) -> Option<&'a Preference> {
    state.preferences.get(&call.resource).filter(|preference| preference.seller == call.seller)
}

/// The preference as the provider shows it: the request's echo between its own fields, with nulls and empty strings.
fn body(state: &State, preference: &Preference) -> Json {
    let seller = &state.sellers[&preference.seller];
    let link = format!("{}/checkout/v1/redirect?pref_id={}", state.public_url(), preference.id);
    let echo = |name: &str, missing: &str| {
        Json::Raw(preference.fields.get(name).map_or_else(|| missing.to_owned(), |raw| raw.get().to_owned()))
    };
    object([
        ("additional_info", "".into()),
        ("auto_return", echo("auto_return", "\"\"")),
        ("back_urls", echo("back_urls", r#"{"failure":"","pending":"","success":""}"#)),
        ("binary_mode", preference.terms.binary.into()),
        ("client_id", seller.client_id.as_str().into()),
        ("collector_id", seller.collector_id.into()),
        ("coupon_code", Json::Null),
        ("coupon_labels", Json::Null),
        ("date_created", stamp(preference.created).into()),
        ("date_of_expiration", echo("date_of_expiration", "null")),
        ("expiration_date_from", echo("expiration_date_from", "null")),
        ("expiration_date_to", echo("expiration_date_to", "null")),
        ("expires", echo("expires", "false")),
        ("external_reference", echo("external_reference", "\"\"")),
        ("id", preference.id.as_str().into()),
        ("init_point", link.clone().into()),
        ("sandbox_init_point", link.into()),
        ("internal_metadata", Json::Null),
        ("items", Json::List(preference.terms.items.iter().map(|item| item_body(item, &seller.currency)).collect())),
        ("marketplace", echo("marketplace", "\"NONE\"")),
        ("marketplace_fee", echo("marketplace_fee", "0")),
        ("metadata", echo("metadata", "{}")),
        ("notification_url", echo("notification_url", "null")),
        ("operation_type", "regular_payment".into()),
        ("payer", echo("payer", r#"{"phone":{},"address":{},"email":"","identification":{},"name":"","surname":""}"#)),
        ("payment_methods", echo("payment_methods", r#"{"excluded_payment_methods":[],"excluded_payment_types":[]}"#)),
        ("preference_expired", preference.expired(state.clock.now()).into()),
        ("processing_modes", Json::Null),
        ("product_id", Json::Null),
        ("purpose", echo("purpose", "null")),
        ("shipments", echo("shipments", "{}")),
        ("site_id", seller.site.as_str().into()),
        ("statement_descriptor", echo("statement_descriptor", "null")),
        ("total_amount", Json::Null),
        ("last_updated", preference.updated.map(stamp).into()),
    ])
}

fn item_body(item: &Item, currency: &str) -> Json {
    let text = |value: &Option<String>| Json::from(value.clone().unwrap_or_default());
    object([
        ("id", text(&item.raw.id)),
        ("category_id", text(&item.raw.category_id)),
        ("currency_id", item.raw.currency_id.as_deref().unwrap_or(currency).into()),
        ("description", text(&item.raw.description)),
        ("picture_url", text(&item.raw.picture_url)),
        ("title", item.title.as_str().into()),
        ("quantity", item.quantity.into()),
        ("unit_price", Json::Amount(item.unit_price)),
    ])
}
