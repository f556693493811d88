//! W21, W23: staff register money they took.

use crate::{
    extract::{Command, Reply},
    problem::ApiResult,
    state::AppState,
};
use auth::{Floor, Staff};
use axum::extract::State;
use domain::{
    Amount, Cents, CheckId, DinerId,
    payment::{Tender, tip::Tip},
    text::Text,
};
use operations::payment::{self, Registration};
use runtime::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::ToSchema;
use wire::payment::Registered;

/// Money that was taken.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CashPayment {
    check_id: CheckId,
    /// For the bill, without the tip; more than 0, an integer.
    amount_cents: Amount,
    /// Which diner paid; its own items are covered first.
    diner_id: Option<DinerId>,
    /// The tip, beside the amount.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 10_000_000_000_000_i64)]
    tip_cents: Option<Cents>,
    /// The same, as a percentage of the amount or as an amount; one of the two.
    tip: Option<Tip>,
    /// The cash handed over, where the change is to be told.
    received_cents: Option<Amount>,
    /// A remark, 500 characters at most.
    notes: Option<Text<500>>,
}

/// Money that was taken, and how. (Its fields are spelled out again because a flattened body cannot name the one that
/// is wrong.)
#[derive(Deserialize, ToSchema)]
pub(crate) struct ManualPayment {
    check_id: CheckId,
    /// For the bill, without the tip; more than 0, an integer.
    amount_cents: Amount,
    /// CASH, CARD_PHYSICAL, TRANSFER_EXTERNAL or OTHER_MANUAL.
    manual_method: Tender,
    /// Which diner paid; its own items are covered first.
    diner_id: Option<DinerId>,
    /// The tip, beside the amount.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 10_000_000_000_000_i64)]
    tip_cents: Option<Cents>,
    /// The same, as a percentage of the amount or as an amount; one of the two.
    tip: Option<Tip>,
    /// The cash handed over, where the change is to be told.
    received_cents: Option<Amount>,
    /// A remark, 500 characters at most.
    notes: Option<Text<500>>,
}

impl From<CashPayment> for ManualPayment {
    fn from(cash: CashPayment) -> Self {
        let CashPayment { check_id, amount_cents, diner_id, tip_cents, tip, received_cents, notes } = cash;
        Self { check_id, amount_cents, manual_method: Tender::Cash, diner_id, tip_cents, tip, received_cents, notes }
    }
}

impl ManualPayment {
    fn taken(self) -> Result<Registration, Problem> {
        if !self.manual_method.is_manual() {
            return Err(Problem::unprocessable("manual_method: a payment of the provider cannot be registered"));
        }
        let amount = self.amount_cents.cents();
        let tip = match (self.tip_cents, self.tip) {
            (Some(_), Some(_)) => return Err(Problem::unprocessable("tip: give either tip or tip_cents")),
            (Some(cents), None) => Some(Tip::Amount(cents)),
            (None, tip) => tip,
        };
        if matches!(tip, Some(Tip::Amount(tip)) if tip > domain::money::MAX_AMOUNT) {
            return Err(Problem::unprocessable("tip_cents: must be at most 10000000000000"));
        }
        Ok(Registration {
            check: self.check_id,
            tender: self.manual_method,
            amount,
            tip,
            received: self.received_cents.map(Amount::cents),
            diner: self.diner_id,
            notes: self.notes.map(Into::into).filter(|notes: &String| !notes.is_empty()),
        })
    }
}

/// Registers cash.
#[utoipa::path(post, path = "/api/billing/cash/pay", tag = "payment", request_body = CashPayment, security(("staff" = [])),
    params(("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Registered), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn pay_cash(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Command(attempt, body): Command<CashPayment>,
) -> ApiResult<Reply> {
    Ok(Reply(payment::register(&state.db, &staff, &ManualPayment::from(body).taken()?, &attempt).await?))
}

/// Registers cash, a payment at the card terminal, a transfer, or something else.
#[utoipa::path(post, path = "/api/waiter/payments/manual", tag = "payment", request_body = ManualPayment,
    security(("staff" = [])), params(("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Registered), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn pay_manually(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Command(attempt, body): Command<ManualPayment>,
) -> ApiResult<Reply> {
    Ok(Reply(payment::register(&state.db, &staff, &body.taken()?, &attempt).await?))
}
