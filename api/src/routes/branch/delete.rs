//! The office deletes a branch.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, Staff};
use axum::extract::State;
use domain::{BranchId, office::EntityKind};
use operations::office;
use runtime::ProblemBody;

/// Deletes a branch with its menu, floor and roster. Refused while a party sits there, and where nobody would be left
/// to run the business.
#[utoipa::path(delete, path = "/api/admin/branches/{branch_id}", tag = "branch", params(("branch_id" = BranchId, Path)),
    security(("staff" = [])),
    responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn delete_branch(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<BranchId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(office::delete(&state.db, &staff, EntityKind::Branch, id.get(), &attempt).await?))
}
