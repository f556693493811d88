//! A payment's life: made under a preference, moved along the graph of states, each change notified.

use chrono::{DateTime, TimeDelta, Utc};

use crate::chargeback;
use crate::error::FakeError;
use crate::notice;
use crate::order;
use crate::preference::Preference;
use crate::refund;
use crate::state::State;
use crate::status::{Move, Outcome, Status, net};

/// A payment as it is kept; copies are its former versions.
#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub(crate) id: u64,
    pub(crate) seller: u64,
    pub(crate) preference: String,
    pub(crate) order: u64,
    pub(crate) reference: Option<String>,
    pub(crate) currency: String,
    /// Hundredths, as the rest.
    pub(crate) amount: i64,
    pub(crate) refunded: i64,
    pub(crate) coupon: i64,
    pub(crate) status: Status,
    pub(crate) detail: String,
    /// Payment method and its type.
    pub(crate) method: (&'static str, &'static str),
    pub(crate) captured: bool,
    pub(crate) binary: bool,
    pub(crate) created: DateTime<Utc>,
    pub(crate) approved: Option<DateTime<Utc>>,
    pub(crate) updated: DateTime<Utc>,
    pub(crate) expires: Option<DateTime<Utc>>,
    pub(crate) metadata: String,
    pub(crate) notification_url: Option<String>,
    /// All refunds, whatever became of them.
    pub(crate) refunds: Vec<u64>,
    pub(crate) chargeback: Option<u64>,
    /// The version before the last change: what a stale read shows.
    pub(crate) previous: Option<Box<Payment>>,
}

impl Payment {
    /// Keeps the present version and stamps the next one.
    pub(crate) fn version(&mut self, now: DateTime<Utc>) {
        let former = Self { previous: None, ..self.clone() };
        self.previous = Some(Box::new(former));
        self.updated = now;
    }

    pub(crate) fn set(&mut self, now: DateTime<Utc>, status: Status, detail: &str) {
        self.version(now);
        self.status = status;
        self.detail = detail.to_owned();
        if status == Status::Approved {
            self.captured = true;
            self.approved.get_or_insert(now);
        }
    }

    /// What it is worth to the seller.
    pub(crate) fn net(&self) -> i64 {
        net(self.status, &self.detail, self.amount, self.refunded)
    }
}

/// A guest pays `amount` (all of it, if not given) of a preference.
pub(crate) fn pay(
    state: &mut State,
    preference: &str,
    outcome: &Outcome,
    amount: Option<i64>,
) -> Result<u64, FakeError> {
    let preference = state
        .preferences
        .get(preference)
        .cloned()
        .ok_or_else(|| FakeError::UnknownPreference(preference.to_owned()))?;
    let now = state.clock.now();
    if !preference.open(now) {
        return Err(FakeError::PreferenceClosed(preference.id));
    }
    if excluded(&preference, outcome) {
        return Err(FakeError::OutcomeExcluded(preference.id));
    }
    let price = amount.unwrap_or(preference.terms.total);
    if price <= 0 {
        return Err(FakeError::Amount(i64::MAX));
    }
    let id = state.number(146_000_000_000);
    let order = order::open(state, &preference, id);
    let payment = new_payment(state, &preference, outcome, (id, order, price));
    state.payments.insert(id, payment);
    notice::created(state, id);
    Ok(id)
}

fn excluded(preference: &Preference, outcome: &Outcome) -> bool {
    let waits = matches!(outcome, Outcome::PendingThenNothing | Outcome::InProcess | Outcome::Authorize);
    (preference.terms.binary && waits) || (preference.terms.no_cash && *outcome == Outcome::PendingThenNothing)
}

fn new_payment(state: &State, preference: &Preference, outcome: &Outcome, numbers: (u64, u64, i64)) -> Payment {
    let (id, order, price) = numbers;
    let (now, seller) = (state.clock.now(), &state.sellers[&preference.seller]);
    let card = ("visa", "credit_card");
    let cash = if seller.site == "MCO" { ("efecty", "ticket") } else { ("rapipago", "ticket") };
    let (status, detail, method) = match outcome {
        Outcome::Approve => (Status::Approved, "accredited", ("account_money", "account_money")),
        Outcome::PendingThenNothing => (Status::Pending, "pending_waiting_payment", cash),
        Outcome::InProcess => (Status::InProcess, "pending_review_manual", card),
        Outcome::Authorize => (Status::Authorized, "pending_capture", card),
        Outcome::Reject(detail) => (Status::Rejected, detail.as_str(), card),
    };
    let coupon = state.options.quirks.coupon;
    let lowered = coupon.filter(|coupon| coupon.lowers_amount).map_or(0, |coupon| coupon.amount);
    Payment {
        id,
        seller: preference.seller,
        preference: preference.id.clone(),
        order,
        reference: preference.terms.external_reference.clone(),
        currency: seller.currency.clone(),
        amount: (price - lowered).max(1),
        refunded: 0,
        coupon: coupon.map_or(0, |coupon| coupon.amount),
        status,
        detail: detail.to_owned(),
        method,
        captured: status != Status::Authorized,
        binary: preference.terms.binary,
        created: now,
        approved: (status == Status::Approved).then_some(now),
        updated: now,
        expires: (status == Status::Pending).then(|| now + TimeDelta::days(30)),
        metadata: preference.fields.get("metadata").map_or_else(|| "{}".to_owned(), |raw| raw.get().to_owned()),
        notification_url: preference.terms.notification_url.clone().or_else(|| seller.notification_url.clone()),
        refunds: Vec::new(),
        chargeback: None,
        previous: None,
    }
}

/// Moves a payment on; `force` does what the graph forbids.
pub(crate) fn advance(state: &mut State, id: u64, step: &Move, force: bool) -> Result<(), FakeError> {
    let late = state.options.quirks.late_approval && *step == Move::Approve;
    let now = state.clock.now();
    let payment = state.payments.get_mut(&id).ok_or(FakeError::UnknownPayment(id))?;
    let revived = late && payment.status == Status::Cancelled;
    if !force && !revived && !step.allowed(payment.status, &payment.detail) {
        return Err(FakeError::IllegalMove { payment: id, status: payment.status, detail: payment.detail.clone() });
    }
    if let Move::RefundFromPanel(amount) = step {
        return refund::from_panel(state, id, *amount);
    }
    let (status, mut detail) = step.target();
    if status == Status::Approved && payment.refunded > 0 {
        "partially_refunded".clone_into(&mut detail);
    }
    payment.set(now, status, &detail);
    if status == Status::Refunded {
        payment.refunded = payment.amount;
    }
    chargeback::follow(state, id, step);
    if *step == Move::Mediate {
        notice::claimed(state, id);
    }
    notice::updated(state, id);
    Ok(())
}
