//! W18, W19: a waiter takes a call, and is done with it.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Floor, Staff};
use axum::extract::State;
use domain::CallId;
use operations::call;
use runtime::ProblemBody;
use wire::call::Call;

/// Takes an open call; exactly one waiter can.
#[utoipa::path(post, path = "/api/waiter/service-calls/{call_id}/acknowledge", tag = "call", security(("staff" = [])),
    params(("call_id" = CallId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Call), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn acknowledge(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(id): Segment<CallId>,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(call::acknowledge(&state.db, &staff, id, &attempt).await?))
}

/// Ends a call.
#[utoipa::path(post, path = "/api/waiter/service-calls/{call_id}/resolve", tag = "call", security(("staff" = [])),
    params(("call_id" = CallId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Call), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn resolve(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(id): Segment<CallId>,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(call::resolve(&state.db, &staff, id, &attempt).await?))
}
