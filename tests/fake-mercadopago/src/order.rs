//! Merchant orders: what was asked and what came in, derived from the payments whenever it is read.

use chrono::{DateTime, Utc};

use crate::call::{Call, Reply};
use crate::clock::stamp;
use crate::json::{Json, object};
use crate::payment::Payment;
use crate::preference::Preference;
use crate::state::State;
use crate::status::Status;

/// A merchant order as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) seller: u64,
    pub(crate) preference: String,
    pub(crate) payments: Vec<u64>,
    pub(crate) created: DateTime<Utc>,
}

/// The order a new payment goes under: the preference's one, or its own.
pub(crate) fn open(state: &mut State, preference: &Preference, payment: u64) -> u64 {
    let known = state.orders.values().find(|order| order.preference == preference.id).map(|order| order.id);
    let id = match known.filter(|_| !state.options.quirks.order_per_payment) {
        Some(id) => id,
        None => state.number(38_000_000_000),
    };
    let created = state.clock.now();
    let order = state.orders.entry(id).or_insert_with(|| Order {
        id,
        seller: preference.seller,
        preference: preference.id.clone(),
        payments: Vec::new(),
        created,
    });
    order.payments.push(payment);
    id
}

/// `GET /merchant_orders/{id}`
pub(crate) fn read(state: &State, call: &Call) -> Reply {
    match state.orders.get(&call.number()).filter(|order| order.seller == call.seller) {
        Some(order) => Reply::ok(body(state, order)),
        None => Reply::error(404, "not_found", "merchant order not found"),
    }
}

/// `GET /merchant_orders/search`
pub(crate) fn search(state: &State, call: &Call) -> Reply {
    let matches = |order: &&Order| {
        let reference = state.preferences[&order.preference].terms.external_reference.as_deref();
        order.seller == call.seller
            && call.query("preference_id").is_none_or(|id| id == order.preference)
            && call.query("external_reference").is_none_or(|wanted| reference == Some(wanted))
    };
    let elements: Vec<Json> = state.orders.values().filter(matches).map(|order| body(state, order)).collect();
    let total = elements.len();
    Reply::ok(object([("elements", elements.into()), ("next_offset", total.into()), ("total", total.into())]))
}

/// Sums over an order's payments, in hundredths.
struct Sums {
    total: i64,
    paid: i64,
    refunded: i64,
    waiting: bool,
}

/// The words for the order's state: `status` and `order_status`.
fn words(sums: &Sums, expired: bool) -> (&'static str, &'static str) {
    let status = if sums.paid >= sums.total {
        "closed"
    } else if expired {
        "expired"
    } else {
        "opened"
    };
    let order_status = if sums.paid > 0 && sums.refunded >= sums.paid {
        "refunded"
    } else if sums.refunded > 0 {
        "partially_refunded"
    } else if sums.paid >= sums.total {
        "paid"
    } else if sums.paid > 0 {
        "partially_paid"
    } else if sums.waiting {
        "payment_in_process"
    } else {
        "payment_required"
    };
    (status, order_status)
}

fn body(state: &State, order: &Order) -> Json {
    let preference = &state.preferences[&order.preference];
    let payments: Vec<&Payment> = order.payments.iter().filter_map(|id| state.payments.get(id)).collect();
    let paid = |payment: &&&Payment| {
        matches!(payment.status, Status::Approved | Status::Refunded | Status::InMediation | Status::ChargedBack)
    };
    let sums = Sums {
        total: preference.terms.total,
        paid: payments.iter().filter(paid).map(|payment| payment.amount).sum(),
        refunded: payments.iter().map(|payment| payment.refunded).sum(),
        waiting: payments
            .iter()
            .any(|payment| matches!(payment.status, Status::Pending | Status::InProcess | Status::Authorized)),
    };
    let (status, order_status) = words(&sums, preference.expired(state.clock.now()));
    let updated = payments.iter().map(|payment| payment.updated).max().unwrap_or(order.created);
    object([
        ("id", order.id.into()),
        ("status", status.into()),
        ("order_status", order_status.into()),
        ("preference_id", order.preference.as_str().into()),
        ("external_reference", preference.terms.external_reference.clone().into()),
        ("site_id", state.sellers[&order.seller].site.as_str().into()),
        ("total_amount", Json::Amount(sums.total)),
        ("paid_amount", Json::Amount(sums.paid)),
        ("refunded_amount", Json::Amount(sums.refunded)),
        ("shipping_cost", Json::Amount(0)),
        ("cancelled", false.into()),
        ("collector", object([("id", order.seller.into())])),
        ("payments", Json::List(payments.into_iter().map(line).collect())),
        ("items", Json::List(Vec::new())),
        ("date_created", stamp(order.created).into()),
        ("last_updated", stamp(updated).into()),
    ])
}

fn line(payment: &Payment) -> Json {
    object([
        ("id", payment.id.into()),
        ("transaction_amount", Json::Amount(payment.amount)),
        ("total_paid_amount", Json::Amount(payment.amount)),
        ("amount_refunded", Json::Amount(payment.refunded)),
        ("currency_id", payment.currency.as_str().into()),
        ("status", payment.status.as_str().into()),
        ("status_detail", payment.detail.as_str().into()),
        ("operation_type", "regular_payment".into()),
        ("date_created", stamp(payment.created).into()),
        ("date_approved", payment.approved.map(stamp).into()),
        ("last_modified", stamp(payment.updated).into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_closes_when_enough_is_paid() {
        let sums = |paid, refunded, waiting| Sums { total: 1000, paid, refunded, waiting };
        assert_eq!(words(&sums(0, 0, false), false), ("opened", "payment_required"));
        assert_eq!(words(&sums(0, 0, true), false), ("opened", "payment_in_process"));
        assert_eq!(words(&sums(400, 0, false), false), ("opened", "partially_paid"));
        assert_eq!(words(&sums(1200, 0, false), true), ("closed", "paid"));
        assert_eq!(words(&sums(1000, 250, false), false), ("closed", "partially_refunded"));
        assert_eq!(words(&sums(1000, 1000, false), false), ("closed", "refunded"));
        assert_eq!(words(&sums(0, 0, false), true), ("expired", "payment_required"));
    }
}
