//! M29: how long the kitchen takes.

use crate::{extract::Params, problem::ApiResult, state::AppState};
use axum::{Json, extract::State};
use domain::{BranchId, kitchen::EstimatedWait};
use operations::kitchen;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;

/// Where.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfBranch {
    /// The branch.
    branch_id: BranchId,
}

/// A guess from the rounds that wait and the pace of the last ones.
#[utoipa::path(get, path = "/api/kitchen/estimated-wait", tag = "kitchen", params(OfBranch),
    responses((status = 200, body = EstimatedWait), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn estimated_wait(
    State(state): State<AppState>,
    Params(of): Params<OfBranch>,
) -> ApiResult<Json<EstimatedWait>> {
    Ok(Json(kitchen::estimate_wait(&state.db, of.branch_id).await?))
}
