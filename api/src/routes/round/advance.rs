//! W14: a round takes its next step.

use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Staff};
use axum::extract::State;
use domain::{
    RoundId,
    round::{RoundAction, RoundStatus},
    text::Name,
};
use operations::round;
use runtime::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::ToSchema;
use wire::kitchen::KitchenRound;

/// Where the round is to stand.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NextStatus {
    /// CONFIRMED, SUBMITTED, IN_KITCHEN, READY, SERVED, or, for managers, CANCELED.
    status: RoundStatus,
    /// Why it is canceled, 1 to 200 characters; a round is not canceled without.
    reason: Option<Name<200>>,
}

/// Moves a round one step on. Which role may do which step: design.md §5.
#[utoipa::path(post, path = "/api/kitchen/rounds/{round_id}/status", tag = "kitchen", request_body = NextStatus,
    security(("staff" = [])), params(("round_id" = RoundId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = KitchenRound), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn advance(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<RoundId>,
    Command(attempt, body): Command<NextStatus>,
) -> ApiResult<Reply> {
    let action = RoundAction::leading_to(body.status)
        .ok_or_else(|| Problem::unprocessable(format!("status: no round is moved to {}", body.status)))?;
    let answer = match (action, &body.reason) {
        (RoundAction::Cancel, Some(reason)) => round::cancel_by_status(&state.db, &staff, id, reason, &attempt).await?,
        (RoundAction::Cancel, None) => {
            return Err(Problem::unprocessable("reason: required to cancel a round").into());
        }
        (action, _) => round::advance(&state.db, &staff, id, action, &attempt).await?,
    };
    Ok(Reply(answer))
}
