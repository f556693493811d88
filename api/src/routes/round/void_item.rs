//! An item is struck from a round that the kitchen has.

use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Staff};
use axum::extract::State;
use domain::{RoundItemId, text::Name};
use operations::round;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;
use wire::round::VoidedItem;

/// Why.
#[derive(Deserialize, ToSchema)]
pub(crate) struct VoidItem {
    /// 1 to 200 characters.
    reason: Name<200>,
}

/// Strikes an item; the last one cancels the round.
#[utoipa::path(patch, path = "/api/waiter/rounds/items/{item_id}/void", tag = "round", request_body = VoidItem,
    security(("staff" = [])), params(("item_id" = RoundItemId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = VoidedItem), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn void_item(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(item): Segment<RoundItemId>,
    Command(attempt, body): Command<VoidItem>,
) -> ApiResult<Reply> {
    Ok(Reply(round::void_item(&state.db, &staff, item, &body.reason, &attempt).await?))
}
