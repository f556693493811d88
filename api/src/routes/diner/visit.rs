//! M12, M14, M15, M16: what a phone reads of its own visit.

use crate::{extract::Segment, problem::ApiResult, state::AppState};
use auth::Diner;
use axum::{Json, extract::State};
use domain::{Cents, SessionId};
use operations::diner::Registered;
use runtime::{Problem, ProblemBody};
use serde::Serialize;
use store::view::VisitRound;
use utoipa::ToSchema;

/// What a visit comes to.
#[derive(Serialize, ToSchema)]
pub(crate) struct VisitTotal {
    session_id: SessionId,
    /// What was ordered and neither canceled nor struck, in cents.
    total_cents: Cents,
    paid_cents: Cents,
    /// Null before the check is asked for.
    check_id: Option<i64>,
    check_status: Option<String>,
}

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
    let shown = |row| Registered { local_id: None, device_id: None, ..Registered::from(row) };
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
    let total_cents = state.db.total_of_visit(&diner, session_id).await?;
    Ok(Json(VisitTotal { session_id, total_cents, paid_cents: Cents::ZERO, check_id: None, check_status: None }))
}

/// The session's check.
#[utoipa::path(get, path = "/api/diner/check", tag = "diner", security(("diner" = [])),
    responses((status = 404, body = ProblemBody, description = "It has not been asked for")))]
pub(crate) async fn visit_check(_diner: Diner) -> Problem {
    Problem::not_found("No check has been requested yet: check not found")
}
