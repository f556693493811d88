//! W9, W22: what a party ordered, and the session in one line.

use crate::{extract::Segment, problem::ApiResult, state::AppState};
use auth::{Floor, Staff};
use axum::{Json, extract::State};
use domain::{SessionId, TableId};
use runtime::{Problem, ProblemBody};
use wire::session::{SessionDetail, SessionSummary};

/// The live session at a table. The dashboard reads "no active session" out of the refusal.
#[utoipa::path(get, path = "/api/waiter/tables/{table_id}/session", tag = "session", security(("staff" = [])),
    params(("table_id" = TableId, Path)),
    responses((status = 200, body = SessionDetail), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn session_detail(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(id): Segment<TableId>,
) -> ApiResult<Json<SessionDetail>> {
    let detail = state.db.session_detail(&staff, id).await?;
    Ok(Json(detail.ok_or_else(|| Problem::not_found("Table has no active session"))?))
}

/// A session, whatever its state, in one line.
#[utoipa::path(get, path = "/api/waiter/sessions/{session_id}/summary", tag = "session", security(("staff" = [])),
    params(("session_id" = SessionId, Path)),
    responses((status = 200, body = SessionSummary), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn session_summary(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(id): Segment<SessionId>,
) -> ApiResult<Json<SessionSummary>> {
    Ok(Json(state.db.session_summary(&staff, id).await?))
}
