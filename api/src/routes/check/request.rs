//! M26, W20: the check is asked for, by a phone or by a waiter.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Diner, Floor, Staff};
use axum::extract::State;
use domain::SessionId;
use operations::check;
use runtime::ProblemBody;
use wire::check::{RequestedCheck, WaiterCheck};

/// Asks for the check. Whoever asks again, from whichever phone, is told of the same one.
#[utoipa::path(post, path = "/api/billing/check/request", tag = "check", security(("diner" = [])),
    params(("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = RequestedCheck), (status = 400, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn request_check(
    State(state): State<AppState>,
    diner: Diner,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(check::request(&state.db, &diner, &attempt).await?))
}

/// Asks for a party's check, or tells of the one there is.
#[utoipa::path(post, path = "/api/waiter/sessions/{session_id}/check", tag = "check", security(("staff" = [])),
    params(("session_id" = SessionId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = WaiterCheck), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn request_check_by_staff(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(session): Segment<SessionId>,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(check::request_by_staff(&state.db, &staff, session, &attempt).await?))
}
