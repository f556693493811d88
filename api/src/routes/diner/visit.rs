//! M12, M14, M15, M16: what a phone reads of its own visit.

use crate::{extract::Segment, problem::ApiResult, state::AppState};
use auth::Diner;
use axum::{Json, extract::State};
use domain::SessionId;
use operations::diner::registered;
use runtime::{Problem, ProblemBody};
use wire::{
    diner::Registered,
    visit::{VisitCheck, VisitRound, VisitTotal},
};

/// Every round of the session, canceled ones included; struck items are marked.
#[utoipa::path(get, path = "/api/diner/session/{session_id}/rounds", tag = "diner", params(("session_id" = SessionId, Path)),
    security(("diner" = [])), responses((status = 200, body = Vec<VisitRound>), (status = 403, body = ProblemBody)))]
pub(crate) async fn visit_rounds(
    State(state): State<AppState>,
    diner: Diner,
    Segment(id): Segment<SessionId>,
) -> ApiResult<Json<Vec<VisitRound>>> {
    Ok(Json(state.db.rounds_of_visit(&diner, id).await?))
}

/// Who is at the table. `local_id` and `device_id` are null: they prove to be their owners', who know them.
#[utoipa::path(get, path = "/api/diner/session/{session_id}/diners", tag = "diner", params(("session_id" = SessionId, Path)),
    security(("diner" = [])), responses((status = 200, body = Vec<Registered>), (status = 403, body = ProblemBody)))]
pub(crate) async fn visit_diners(
    State(state): State<AppState>,
    diner: Diner,
    Segment(id): Segment<SessionId>,
) -> ApiResult<Json<Vec<Registered>>> {
    let diners = state.db.diners_of_visit(&diner, id).await?;
    let shown = |row| Registered { local_id: None, device_id: None, ..registered(row) };
    Ok(Json(diners.into_iter().map(shown).collect()))
}

/// What the session has ordered so far.
#[utoipa::path(get, path = "/api/diner/session/{session_id}/total", tag = "diner", params(("session_id" = SessionId, Path)),
    security(("diner" = [])), responses((status = 200, body = VisitTotal), (status = 403, body = ProblemBody)))]
pub(crate) async fn visit_total(
    State(state): State<AppState>,
    diner: Diner,
    Segment(session_id): Segment<SessionId>,
) -> ApiResult<Json<VisitTotal>> {
    Ok(Json(state.db.total_of_visit(&diner, session_id).await?))
}

/// The session's check.
#[utoipa::path(get, path = "/api/diner/check", tag = "diner", security(("diner" = [])),
    responses((status = 200, body = VisitCheck), (status = 404, body = ProblemBody, description = "It has not been asked for")))]
pub(crate) async fn visit_check(State(state): State<AppState>, diner: Diner) -> ApiResult<Json<VisitCheck>> {
    let check = state.db.check_of_visit(&diner).await?;
    Ok(Json(check.ok_or_else(|| Problem::not_found("No check has been requested yet: check not found"))?))
}
