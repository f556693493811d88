//! W5: one branch.

use crate::{extract::Segment, problem::ApiResult, state::AppState};
use auth::{AnyRole, Staff};
use axum::{Json, extract::State};
use domain::BranchId;
use runtime::ProblemBody;
use store::view::branch_of;
use wire::branch::Branch;

/// A branch of the caller's.
#[utoipa::path(get, path = "/api/admin/branches/{branch_id}", tag = "branch", params(("branch_id" = BranchId, Path)), security(("staff" = [])),
    responses((status = 200, body = Branch), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn find(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<BranchId>,
) -> ApiResult<Json<Branch>> {
    Ok(Json(branch_of(state.db.find_branch(&staff, id).await?)))
}
