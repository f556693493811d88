//! M27: a phone is sent to Mercado Pago.

use crate::{
    extract::{Command, Reply},
    problem::ApiResult,
    state::AppState,
};
use auth::Diner;
use axum::extract::State;
use domain::{Cents, CheckId, DinerId, payment::tip::Tip};
use operations::payment::{self, CheckoutRequest};
use runtime::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::ToSchema;
use wire::provider::Preference;

/// What is to be paid.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PreferenceRequest {
    check_id: CheckId,
    /// For the bill, in cents. When absent: what the diner claimed, or what nobody else is about to pay.
    amount_cents: Option<Cents>,
    /// Which diner pays; its claims are paid for.
    diner_id: Option<DinerId>,
    /// On top, for the staff.
    tip: Option<Tip>,
}

/// Opens a checkout at Mercado Pago. A second tap leads to the first one's.
#[utoipa::path(post, path = "/api/billing/mercadopago/preference", tag = "billing", security(("diner" = [])),
    request_body = PreferenceRequest, params(("X-Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = Preference),
    (status = 400, body = ProblemBody, description = "Withdrawn or paid, or more than remains"),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody), (status = 502, body = ProblemBody, description = "Mercado Pago refused"),
    (status = 503, body = ProblemBody, description = "No account, or Mercado Pago is out of order")))]
pub(crate) async fn preference(
    State(state): State<AppState>,
    diner: Diner,
    Command(attempt, body): Command<PreferenceRequest>,
) -> ApiResult<Reply> {
    if body.amount_cents == Some(Cents::ZERO) {
        return Err(Problem::unprocessable("amount_cents: must be more than 0").into());
    }
    if matches!(body.tip, Some(Tip::Amount(tip)) if tip > domain::money::MAX_AMOUNT) {
        return Err(Problem::unprocessable("tip: must be at most 10000000000000").into());
    }
    let PreferenceRequest { check_id, amount_cents, diner_id, tip } = body;
    let request = CheckoutRequest { check: check_id, amount: amount_cents, tip, diner: diner_id };
    Ok(Reply(payment::open_checkout(&state.db, &state.providers, &diner, &request, &attempt).await?))
}
