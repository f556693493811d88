//! A session gets another waiter, or another table.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Floor, Management, Staff};
use axum::extract::State;
use domain::{TableId, UserId};
use operations::session;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;
use wire::session::{MovedSession, TransferredTable};

/// Who gets the table.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TransferTable {
    target_waiter_id: UserId,
}

/// Gives a table's session to another waiter.
#[utoipa::path(post, path = "/api/waiter/tables/{table_id}/transfer", tag = "session", request_body = TransferTable,
    security(("staff" = [])), params(("table_id" = TableId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = TransferredTable), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn transfer(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<TableId>,
    Command(attempt, body): Command<TransferTable>,
) -> ApiResult<Reply> {
    Ok(Reply(session::transfer(&state.db, &staff, id, body.target_waiter_id, &attempt).await?))
}

/// Moves a table's session to a free table of the branch.
#[utoipa::path(post, path = "/api/waiter/tables/{table_id}/move-to/{target_table_id}", tag = "session",
    security(("staff" = [])),
    params(("table_id" = TableId, Path), ("target_table_id" = TableId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = MovedSession), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn move_to(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment((from, to)): Segment<(TableId, TableId)>,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(session::move_to(&state.db, &staff, from, to, &attempt).await?))
}
