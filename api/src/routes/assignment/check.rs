//! W6: may this waiter work in this branch today?

use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Floor, Staff};
use axum::{Json, extract::State};
use domain::BranchId;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::assignment::AssignmentCheck;

/// Which branch.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InBranch {
    branch_id: BranchId,
}

/// Whether the caller is on today's roster of the branch; always 200, since the app shows the message.
#[utoipa::path(get, path = "/api/waiter/verify-branch-assignment", tag = "assignment", params(InBranch), security(("staff" = [])),
    responses((status = 200, body = AssignmentCheck), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn check(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Params(asked): Params<InBranch>,
) -> ApiResult<Json<AssignmentCheck>> {
    Ok(Json(state.db.check_assignment(&staff, asked.branch_id).await?))
}
