//! The check is taken back, so that the party can order again.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Floor, Staff};
use axum::extract::State;
use domain::SessionId;
use operations::check;
use runtime::ProblemBody;
use wire::check::WithdrawnCheck;

/// Takes a party's check back. What was paid stays paid.
#[utoipa::path(post, path = "/api/waiter/sessions/{session_id}/check/withdraw", tag = "check", security(("staff" = [])),
    params(("session_id" = SessionId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = WithdrawnCheck), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)))]
pub(crate) async fn withdraw_check(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(session): Segment<SessionId>,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(check::withdraw(&state.db, &staff, session, &attempt).await?))
}
