//! M1, M2: a table's code is scanned or typed.

use crate::{
    extract::{Params, Segment},
    problem::ApiResult,
    state::AppState,
};
use axum::{Json, extract::State};
use domain::{SessionId, TableId, session::SessionStatus, text::Text};
use operations::session::{OpenSession, Scanned, open};
use runtime::ProblemBody;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The table's session, and the token by which its phones are known.
#[derive(Serialize, ToSchema)]
pub(crate) struct JoinedSession {
    session_id: SessionId,
    table_id: TableId,
    table_code: String,
    /// Good for three hours; one for all phones of the table.
    table_token: String,
    status: SessionStatus,
}

/// Which branch the code is meant for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InBranch {
    /// Slug of the branch; without it the first table of that code, in any branch, is meant.
    #[param(value_type = Option<String>)]
    branch_slug: Option<Text<100>>,
}

/// Joins the live session of a table, or opens one.
#[utoipa::path(post, path = "/api/tables/{table_id}/session", tag = "session", params(("table_id" = TableId, Path)),
    responses((status = 200, body = JoinedSession), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn open_by_id(
    State(state): State<AppState>,
    Segment(id): Segment<TableId>,
) -> ApiResult<Json<JoinedSession>> {
    let session = open(&state.db, &Scanned::Id(id)).await?;
    Ok(Json(joined(&state, session)))
}

/// Joins the live session of the table with that code, or opens one.
#[utoipa::path(post, path = "/api/tables/code/{code}/session", tag = "session", params(("code" = String, Path), InBranch),
    responses((status = 200, body = JoinedSession), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn open_by_code(
    State(state): State<AppState>,
    Segment(code): Segment<Text<100>>,
    Params(branch): Params<InBranch>,
) -> ApiResult<Json<JoinedSession>> {
    let scanned = Scanned::Code { code: code.into(), branch_slug: branch.branch_slug.map(Into::into) };
    let session = open(&state.db, &scanned).await?;
    Ok(Json(joined(&state, session)))
}

fn joined(state: &AppState, session: OpenSession) -> JoinedSession {
    let table_token = state.authenticator.keys().mint_table(&session.diner, state.authenticator.now());
    JoinedSession {
        session_id: session.diner.session_id(),
        table_id: session.diner.table_id(),
        table_code: session.table_code,
        table_token,
        status: session.status,
    }
}
