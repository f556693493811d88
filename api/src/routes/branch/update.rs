//! The office changes a branch.

use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Management, Staff};
use axum::extract::State;
use domain::BranchId;
use operations::branch;
use runtime::ProblemBody;
use wire::branch::{Branch, BranchPatch};

/// Changes the fields that are there; null clears one that may be empty.
#[utoipa::path(patch, path = "/api/admin/branches/{branch_id}", tag = "branch", params(("branch_id" = BranchId, Path)),
    request_body = BranchPatch, security(("staff" = [])),
    responses((status = 200, body = Branch), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn update(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<BranchId>,
    Command(attempt, patch): Command<BranchPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(branch::update(&state.db, &staff, id, &patch, &attempt).await?))
}
