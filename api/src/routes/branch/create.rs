//! The office opens a branch.

use crate::{
    extract::{Command, Reply},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, Staff};
use axum::extract::State;
use operations::branch;
use runtime::ProblemBody;
use wire::branch::{Branch, NewBranch};

/// Adds a branch. Its slug is made from the name when it is not said.
#[utoipa::path(post, path = "/api/admin/branches", tag = "branch", request_body = NewBranch, security(("staff" = [])),
    responses((status = 201, body = Branch), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn create_branch(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Command(attempt, new): Command<NewBranch>,
) -> ApiResult<Reply> {
    Ok(Reply(branch::create(&state.db, &staff, &new, &attempt).await?))
}
