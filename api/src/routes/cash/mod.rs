//! The cash register (U8).

use crate::{
    extract::{Command, Paged, Params, Part, Reply, Segment},
    problem::ApiResult,
    routes::table::OfBranch,
    state::AppState,
};
use auth::{Management, Staff};
use axum::{Json, extract::State, response::Response};
use domain::{BranchId, CashSessionId};
use operations::cash;
use runtime::ProblemBody;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire::cash::{CashSession, CashSummary, Closed, Counted, Movement, Opened, Opening, Recorded};

/// Which branch's.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AtBranch {
    /// A branch of the caller's.
    branch_id: BranchId,
}

/// The open session, if there is one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Current {
    /// Null while the drawer is closed.
    #[schema(required)]
    session: Option<CashSession>,
}

/// Opens the branch's drawer.
#[utoipa::path(post, path = "/api/admin/cash/open", tag = "cash", request_body = Opening, security(("staff" = [])),
    responses((status = 201, body = Opened), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn open_cash(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, opening): Command<Opening>,
) -> ApiResult<Reply> {
    Ok(Reply(cash::open(&state.db, &staff, &opening, &attempt).await?))
}

/// Books what was put into the drawer or taken out. What staff take for checks is booked by itself.
#[utoipa::path(post, path = "/api/admin/cash/movement", tag = "cash", request_body = Movement, security(("staff" = [])),
    responses((status = 201, body = Recorded), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn record_cash(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, movement): Command<Movement>,
) -> ApiResult<Reply> {
    Ok(Reply(cash::record(&state.db, &staff, &movement, &attempt).await?))
}

/// Closes the drawer with what was counted; says what had to be in it, and the difference.
#[utoipa::path(post, path = "/api/admin/cash/close", tag = "cash", request_body = Counted, security(("staff" = [])),
    responses((status = 200, body = Closed), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn close_cash(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, counted): Command<Counted>,
) -> ApiResult<Reply> {
    Ok(Reply(cash::close(&state.db, &staff, &counted, &attempt).await?))
}

/// The branch's open session.
#[utoipa::path(get, path = "/api/admin/cash/current", tag = "cash", params(AtBranch), security(("staff" = [])),
    responses((status = 200, body = Current), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn current_cash(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(at): Params<AtBranch>,
) -> ApiResult<Json<Current>> {
    Ok(Json(Current { session: state.db.current_cash_session(&staff, at.branch_id).await? }))
}

/// The sessions, newest first.
#[utoipa::path(get, path = "/api/admin/cash/sessions", tag = "cash", params(OfBranch, Part), security(("staff" = [])),
    responses((status = 200, body = [CashSession], headers(("Link" = String))), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn cash_sessions(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(of): Params<OfBranch>,
    paged: Paged,
) -> ApiResult<Response> {
    let rows = state.db.cash_sessions(&staff, of.branch_id, paged.page()).await?;
    Ok(paged.respond(rows))
}

/// A session with all that moved.
#[utoipa::path(get, path = "/api/admin/cash/sessions/{cash_session_id}/summary", tag = "cash",
    params(("cash_session_id" = CashSessionId, Path)), security(("staff" = [])),
    responses((status = 200, body = CashSummary), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn cash_summary(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<CashSessionId>,
) -> ApiResult<Json<CashSummary>> {
    Ok(Json(state.db.cash_summary(&staff, id).await?))
}
