//! Chargebacks: a record beside the payment while its bank's decision is open.

use chrono::{DateTime, Utc};

use crate::call::{Call, Reply};
use crate::clock::stamp;
use crate::json::{Json, object};
use crate::notice;
use crate::state::State;
use crate::status::Move;

/// A chargeback as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Chargeback {
    pub(crate) payment: u64,
    pub(crate) seller: u64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) created: DateTime<Utc>,
    /// Whether the seller won; open while `None`.
    pub(crate) covered: Option<bool>,
}

/// Opens or decides the record when a move of its payment says so, and tells the listeners.
pub(crate) fn follow(state: &mut State, payment: u64, step: &Move) {
    let covered = match step {
        Move::ChargeBack => None,
        Move::SettleChargeback => Some(false),
        Move::ReimburseChargeback => Some(true),
        _ => return,
    };
    let id = match state.payments[&payment].chargeback {
        Some(id) => id,
        None => state.number(217_000_000_000),
    };
    let now = state.clock.now();
    let Some(owner) = state.payments.get_mut(&payment) else { return };
    owner.chargeback = Some(id);
    let (seller, amount, currency) = (owner.seller, owner.amount - owner.refunded, owner.currency.clone());
    let record = Chargeback { payment, seller, amount, currency, created: now, covered };
    state.chargebacks.entry(id).or_insert(record).covered = covered;
    notice::charged_back(state, payment, id);
}

/// `GET /v1/chargebacks/{id}`
pub(crate) fn read(state: &State, call: &Call) -> Reply {
    let id = call.number();
    let Some(chargeback) = state.chargebacks.get(&id).filter(|chargeback| chargeback.seller == call.seller) else {
        return Reply::error(404, "not_found", "chargeback not found");
    };
    let payment = object([
        ("id", chargeback.payment.into()),
        ("amount", Json::Amount(chargeback.amount)),
        ("currency", chargeback.currency.as_str().into()),
    ]);
    Reply::ok(object([
        ("id", id.into()),
        ("payments", Json::List(vec![payment])),
        ("amount", Json::Amount(chargeback.amount)),
        ("currency", chargeback.currency.as_str().into()),
        ("reason", "general".into()),
        // `true` once the seller has won.
        ("coverage_applied", chargeback.covered.into()),
        ("coverage_elegible", true.into()),
        ("documentation_required", chargeback.covered.is_none().into()),
        ("documentation_status", "pending".into()),
        ("date_created", stamp(chargeback.created).into()),
        ("live_mode", true.into()),
    ]))
}
