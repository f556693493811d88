//! W10: a waiter seats a party.

use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Floor, Staff};
use axum::extract::State;
use domain::{TableId, session::Covers, text::Text};
use operations::session::{self, Party};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;
use wire::session::Activated;

/// Who sits down.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ActivateTable {
    /// 1 to 20.
    diner_count: Covers,
    /// At most 200 characters.
    notes: Option<Text<200>>,
}

/// Opens a session at a free table.
#[utoipa::path(post, path = "/api/waiter/tables/{table_id}/activate", tag = "session", request_body = ActivateTable,
    security(("staff" = [])), params(("table_id" = TableId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Activated), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn activate(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(id): Segment<TableId>,
    Command(attempt, body): Command<ActivateTable>,
) -> ApiResult<Reply> {
    let party = Party { covers: body.diner_count, notes: body.notes };
    Ok(Reply(session::activate(&state.db, &staff, id, &party, &attempt).await?))
}
