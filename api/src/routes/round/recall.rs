//! The kitchen takes its last bump back.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{KitchenCrew, Staff};
use axum::extract::State;
use domain::RoundId;
use operations::round;
use runtime::ProblemBody;
use wire::kitchen::KitchenRound;

/// Undoes "start" or "ready".
#[utoipa::path(post, path = "/api/kitchen/rounds/{round_id}/recall", tag = "kitchen", security(("staff" = [])),
    params(("round_id" = RoundId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = KitchenRound), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn recall(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Segment(id): Segment<RoundId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(round::recall(&state.db, &staff, id, &attempt).await?))
}
