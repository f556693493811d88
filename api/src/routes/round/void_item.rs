//! An item is struck from a round that the kitchen has.

use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Staff};
use axum::extract::State;
use domain::RoundItemId;
use operations::round;
use runtime::ProblemBody;
use wire::round::{VoidItem, VoidedItem};

/// Strikes an item, or some of its portions; the last one cancels the round. What was served a manager gives away, and
/// says who approved it; the round was served all the same. Who had paid for it has the money back: a refund is
/// proposed.
#[utoipa::path(patch, path = "/api/waiter/rounds/items/{item_id}/void", tag = "round", request_body = VoidItem,
    security(("staff" = [])), params(("item_id" = RoundItemId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = VoidedItem), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn void_item(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(item): Segment<RoundItemId>,
    Command(attempt, wanted): Command<VoidItem>,
) -> ApiResult<Reply> {
    Ok(Reply(round::void_item(&state.db, &staff, item, &wanted, &attempt).await?))
}
