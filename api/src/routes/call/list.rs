//! The calls that wait for somebody.

use crate::{extract::Params, problem::ApiResult, routes::table::OfBranch, state::AppState};
use auth::{Floor, Staff};
use axum::{Json, extract::State};
use runtime::ProblemBody;
use wire::call::Call;

/// The calls that are open or taken, oldest first.
#[utoipa::path(get, path = "/api/waiter/service-calls", tag = "call", params(OfBranch), security(("staff" = [])),
    responses((status = 200, body = [Call]), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn live_calls(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Params(of): Params<OfBranch>,
) -> ApiResult<Json<Vec<Call>>> {
    Ok(Json(state.db.live_calls(&staff, of.branch_id).await?))
}
