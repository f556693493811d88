//! W13: a waiter takes an order at the table.

use super::OrderBody;
use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Floor, Staff};
use axum::extract::State;
use domain::SessionId;
use operations::round;
use runtime::ProblemBody;
use wire::round::TakenRound;

/// Sends a waiter's order to the kitchen. With `X-Idempotency-Key` a repeat returns the first answer; without, the same
/// order of the same waiter within ten seconds is the same round.
#[utoipa::path(post, path = "/api/waiter/sessions/{session_id}/rounds", tag = "round", request_body = OrderBody,
    security(("staff" = [])), params(("session_id" = SessionId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = TakenRound), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn take(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(session): Segment<SessionId>,
    Command(attempt, body): Command<OrderBody>,
) -> ApiResult<Reply> {
    Ok(Reply(round::take(&state.db, &staff, session, &body.try_into()?, &attempt).await?))
}
