//! The check as staff and as the table read it.

use crate::{extract::Segment, problem::ApiResult, state::AppState};
use auth::{Diner, Floor, Staff};
use axum::{Json, extract::State};
use domain::CheckId;
use runtime::ProblemBody;
use wire::bill::{Balance, CheckDetail};

/// A check in full: its lines, what was taken off, and the history of its payments.
#[utoipa::path(get, path = "/api/billing/check/{check_id}", tag = "check", security(("staff" = [])),
    params(("check_id" = CheckId, Path)),
    responses((status = 200, body = CheckDetail), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn check_detail(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(id): Segment<CheckId>,
) -> ApiResult<Json<CheckDetail>> {
    Ok(Json(state.db.check_detail(&staff, id).await?))
}

/// What each diner's items come to and what of them is paid; what is shared comes last.
#[utoipa::path(get, path = "/api/billing/check/{check_id}/balances", tag = "check", security(("diner" = [])),
    params(("check_id" = CheckId, Path)),
    responses((status = 200, body = [Balance]), (status = 404, body = ProblemBody)))]
pub(crate) async fn balances(
    State(state): State<AppState>,
    diner: Diner,
    Segment(id): Segment<CheckId>,
) -> ApiResult<Json<Vec<Balance>>> {
    Ok(Json(state.db.balances(&diner, id).await?))
}
