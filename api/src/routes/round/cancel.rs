//! A manager cancels a round.

use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Management, Staff};
use axum::extract::State;
use domain::{RoundId, text::Name};
use operations::round;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;
use wire::kitchen::KitchenRound;

/// Why.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CancelRound {
    /// 1 to 200 characters.
    reason: Name<200>,
}

/// Cancels a round that is not ready yet.
#[utoipa::path(post, path = "/api/kitchen/rounds/{round_id}/cancel", tag = "kitchen", request_body = CancelRound,
    security(("staff" = [])), params(("round_id" = RoundId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = KitchenRound), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn cancel(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<RoundId>,
    Command(attempt, body): Command<CancelRound>,
) -> ApiResult<Reply> {
    Ok(Reply(round::cancel(&state.db, &staff, id, &body.reason, &attempt).await?))
}
