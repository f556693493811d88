//! A payment that is not decided is called off.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Management, Staff};
use axum::extract::State;
use domain::PaymentId;
use operations::payment;
use runtime::ProblemBody;
use wire::payment::Cancelled;

/// Calls off a payment that is pending, under review or only reserved. The answer says where it stands by the
/// provider's word.
#[utoipa::path(post, path = "/api/billing/payments/{payment_id}/cancel", tag = "billing",
    params(("payment_id" = PaymentId, Path), ("X-Idempotency-Key" = Option<String>, Header)), security(("staff" = [])),
    responses((status = 200, body = Cancelled), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "It is decided, or came through no provider"),
    (status = 503, body = ProblemBody)))]
pub(crate) async fn cancel_payment(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<PaymentId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(payment::cancel(&state.db, &state.providers, &staff, id, &attempt).await?))
}
