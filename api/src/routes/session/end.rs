//! W11, W24: a party left, or did not after all.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Floor, Management, Staff};
use axum::extract::State;
use domain::{SessionId, TableId};
use operations::session;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;
use wire::session::{ClearedTable, ClosedSession, ReopenedSession};

/// Whether what is owed matters.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CloseTable {
    /// For administrators: close whatever is owed.
    force: Option<bool>,
}

/// Closes the session at a table.
#[utoipa::path(post, path = "/api/waiter/tables/{table_id}/close", tag = "session", request_body = CloseTable,
    security(("staff" = [])), params(("table_id" = TableId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ClosedSession), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn close(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(id): Segment<TableId>,
    Command(attempt, body): Command<CloseTable>,
) -> ApiResult<Reply> {
    Ok(Reply(session::close(&state.db, &staff, id, body.force.unwrap_or(false), &attempt).await?))
}

/// Frees a table, closing its session if there is one.
#[utoipa::path(post, path = "/api/billing/tables/{table_id}/clear", tag = "session", security(("staff" = [])),
    params(("table_id" = TableId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ClearedTable), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn clear(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(id): Segment<TableId>,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(session::clear(&state.db, &staff, id, &attempt).await?))
}

/// Opens a closed session again at its table: it was closed by mistake, or its party came back to pay.
#[utoipa::path(post, path = "/api/waiter/sessions/{session_id}/reopen", tag = "session", security(("staff" = [])),
    params(("session_id" = SessionId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ReopenedSession), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn reopen(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<SessionId>,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(session::reopen(&state.db, &staff, id, &attempt).await?))
}
