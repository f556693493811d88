//! Refunds: never more than is left, never twice for one key, and a full refund when the parts add up.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::amount;
use crate::call::{Call, Reply};
use crate::clock::stamp;
use crate::error::FakeError;
use crate::json::{Json, object};
use crate::notice;
use crate::payment::Payment;
use crate::payment_api::own;
use crate::state::{RefundKey, State};
use crate::status::Status;

/// How far a refund has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    Open,
    Done,
    Refused,
}

/// A refund as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Refund {
    pub(crate) id: u64,
    pub(crate) payment: u64,
    pub(crate) seller: u64,
    pub(crate) amount: i64,
    pub(crate) progress: Progress,
    pub(crate) created: DateTime<Utc>,
    /// Asked for over the API, not in the panel.
    pub(crate) by_api: bool,
}

impl Refund {
    /// Whether the payment lists it.
    pub(crate) fn shown(&self) -> bool {
        self.progress != Progress::Refused
    }
}

/// A refund's JSON body.
pub(crate) fn body(refund: &Refund) -> Json {
    let status = match refund.progress {
        Progress::Open => "in_process",
        Progress::Done => "approved",
        Progress::Refused => "rejected",
    };
    let source =
        object([("id", refund.seller.to_string().into()), ("name", "Seller".into()), ("type", "collector".into())]);
    object([
        ("id", refund.id.into()),
        ("payment_id", refund.payment.into()),
        ("amount", Json::Amount(refund.amount)),
        ("status", status.into()),
        ("source", source),
        ("date_created", stamp(refund.created).into()),
        ("unique_sequence_number", Json::Null),
        ("refund_mode", "standard".into()),
        ("adjustment_amount", Json::Amount(0)),
        ("reason", Json::Null),
    ])
}

#[derive(Deserialize, Default)]
struct Wanted {
    amount: Option<Box<RawValue>>,
}

/// What is left to refund, open refunds taken off.
fn remaining(state: &State, payment: &Payment) -> i64 {
    let all = payment.refunds.iter().filter_map(|id| state.refunds.get(id));
    let open: i64 = all.filter(|refund| refund.progress == Progress::Open).map(|refund| refund.amount).sum();
    payment.amount - payment.refunded - open
}

/// `POST /v1/payments/{id}/refunds`
pub(crate) fn create(state: &mut State, call: &Call) -> Reply {
    let payment = match own(state, call) {
        Ok(payment) => payment,
        Err(refusal) => return refusal,
    };
    let key = call.idempotency_key.clone().filter(|key| !key.is_empty()).map(|key| (payment.id, key));
    if key.is_none() && state.options.quirks.refund_key_required {
        return Reply::cause(400, "bad_request", 4292, "Header X-Idempotency-Key can't be null", "");
    }
    if let Some(answered) = key.as_ref().and_then(|key| state.refund_keys.get(key)) {
        let conflict = answered.body != call.text() && state.options.quirks.refund_key_conflict;
        // Measured: a replay is told nothing, not even which refund it made.
        return if conflict {
            Reply::error(409, "idempotency_key_already_used", "the key was used with another body")
        } else {
            Reply::empty(200)
        };
    }
    let left = remaining(state, &payment);
    let amount = match wanted(call, left) {
        Ok(amount) => amount,
        Err(refusal) => return refusal,
    };
    if let Some(refusal) = refuse(state, &payment, amount, left) {
        return refusal;
    }
    let slow = state.options.quirks.slow_refunds;
    let id = make(state, &payment, amount, (slow, true));
    state.refund_keys.extend(key.map(|key| (key, RefundKey { body: call.text() })));
    if slow && !call.shows_slow_refunds {
        // The refund is under way all the same: without the header its state looks like a refusal.
        return Reply::cause(400, "bad_request", 2085, "The refund is in process", "");
    }
    Reply::json(201, body(&state.refunds[&id]))
}

fn wanted(call: &Call, left: i64) -> Result<i64, Reply> {
    if call.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(left);
    }
    let wanted: Wanted = serde_json::from_slice(&call.body)
        .map_err(|_| Reply::cause(400, "bad_request", 8, "The request body is invalid", ""))?;
    match wanted.amount {
        None => Ok(left),
        Some(raw) => amount::parse(raw.get())
            .filter(|amount| *amount > 0)
            .ok_or_else(|| Reply::cause(400, "bad_request", 2018, "The refund amount is invalid", "")),
    }
}

fn refuse(state: &State, payment: &Payment, amount: i64, left: i64) -> Option<Reply> {
    let refused = |code, message: &str| Some(Reply::cause(400, "bad_request", code, message, ""));
    if payment.status != Status::Approved || left == 0 {
        return refused(2063, "The action requested is not valid for the current payment state");
    }
    if state.clock.now() - payment.approved.unwrap_or(payment.created) > chrono::TimeDelta::days(180) {
        return refused(2024, "Payment too old to be refunded");
    }
    if amount > left {
        return refused(2017, "The refund amount exceeds the remaining amount");
    }
    if state.sellers[&payment.seller].balance.is_some_and(|balance| balance < amount) {
        return refused(2030, "The collector does not have enough available money");
    }
    None
}

/// Records a refund, and settles it unless it is `slow`.
fn make(state: &mut State, payment: &Payment, amount: i64, (slow, by_api): (bool, bool)) -> u64 {
    let id = state.number(3_300_000_000);
    let created = state.clock.now();
    let (owner, seller) = (payment.id, payment.seller);
    let refund = Refund { id, payment: owner, seller, amount, progress: Progress::Open, created, by_api };
    state.refunds.insert(id, refund);
    if let Some(payment) = state.payments.get_mut(&owner) {
        payment.version(created);
        payment.refunds.push(id);
    }
    // Made and settled at once is one change: the version before it is the one without the refund.
    if !slow {
        complete(state, id);
    }
    id
}

/// The money goes back: the payment follows, and its listeners are told.
fn complete(state: &mut State, id: u64) {
    let now = state.clock.now();
    let Some(refund) = state.refunds.get_mut(&id) else { return };
    refund.progress = Progress::Done;
    let (owner, seller, amount) = (refund.payment, refund.seller, refund.amount);
    if let Some(balance) = state.sellers.get_mut(&seller).and_then(|seller| seller.balance.as_mut()) {
        *balance -= amount;
    }
    if let Some(payment) = state.payments.get_mut(&owner) {
        payment.updated = now;
        payment.refunded += amount;
        let whole = payment.refunded >= payment.amount;
        payment.status = if whole { Status::Refunded } else { payment.status };
        payment.detail = if whole { "refunded" } else { "partially_refunded" }.to_owned();
    }
    notice::updated(state, owner);
}

/// Ends a slow refund well or badly.
pub(crate) fn settle(state: &mut State, id: u64, approved: bool) -> Result<(), FakeError> {
    let open = state.refunds.get_mut(&id).filter(|refund| refund.progress == Progress::Open);
    let refund = open.ok_or(FakeError::UnknownRefund(id))?;
    let owner = refund.payment;
    if !approved {
        refund.progress = Progress::Refused;
    }
    if let Some(payment) = state.payments.get_mut(&owner) {
        payment.version(state.clock.now());
    }
    if approved {
        complete(state, id);
    } else {
        notice::updated(state, owner);
    }
    Ok(())
}

/// The seller refunds in the panel.
pub(crate) fn from_panel(state: &mut State, payment: u64, amount: Option<i64>) -> Result<(), FakeError> {
    let payment = state.payments.get(&payment).cloned().ok_or(FakeError::UnknownPayment(payment))?;
    let left = remaining(state, &payment);
    let amount = amount.unwrap_or(left);
    if amount <= 0 || amount > left {
        return Err(FakeError::Amount(left));
    }
    make(state, &payment, amount, (false, false));
    Ok(())
}

/// `GET /v1/payments/{id}/refunds`
pub(crate) fn list(state: &mut State, call: &Call) -> Reply {
    match own(state, call) {
        Ok(payment) => {
            Reply::ok(Json::List(payment.refunds.iter().filter_map(|id| state.refunds.get(id)).map(body).collect()))
        }
        Err(refusal) => refusal,
    }
}

/// `GET /v1/payments/{id}/refunds/{refund}`
pub(crate) fn read(state: &mut State, call: &Call) -> Reply {
    let payment = match own(state, call) {
        Ok(payment) => payment,
        Err(refusal) => return refusal,
    };
    let refund = call.part.parse().ok().and_then(|id| state.refunds.get(&id));
    match refund.filter(|refund| refund.payment == payment.id) {
        Some(refund) => Reply::ok(body(refund)),
        None => Reply::cause(404, "not_found", 2000, "Refund not found", ""),
    }
}
