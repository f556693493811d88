//! W16: a line is taken out before the kitchen knows of it.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Floor, Staff};
use axum::extract::State;
use domain::{RoundId, RoundItemId};
use operations::round;
use runtime::ProblemBody;
use wire::round::DeletedItem;

/// Deletes an item of a round that waits for its confirmation or has just got it; the last one takes the round along.
#[utoipa::path(delete, path = "/api/waiter/rounds/{round_id}/items/{item_id}", tag = "round", security(("staff" = [])),
    params(("round_id" = RoundId, Path), ("item_id" = RoundItemId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = DeletedItem), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete_item(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment((round, item)): Segment<(RoundId, RoundItemId)>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(round::delete_item(&state.db, &staff, round, item, &attempt).await?))
}
