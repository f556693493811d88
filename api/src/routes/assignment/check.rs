//! W6: may this waiter work in this branch today?

use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Floor, Staff};
use axum::{Json, extract::State};
use domain::BranchId;
use runtime::{Limit, ProblemBody};
use serde::Deserialize;
use std::time::Instant;
use utoipa::IntoParams;
use wire::assignment::AssignmentCheck;

/// Which branch.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InBranch {
    branch_id: BranchId,
}

/// Whether the caller is on today's roster of the branch; 200 either way, since the app shows the message. The same
/// negative answer, asked for again within a second, waits for the rest of it.
#[utoipa::path(get, path = "/api/waiter/verify-branch-assignment", tag = "assignment", params(InBranch), security(("staff" = [])),
    responses((status = 200, body = AssignmentCheck), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 429, body = ProblemBody)))]
pub(crate) async fn check(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Params(asked): Params<InBranch>,
) -> ApiResult<Json<AssignmentCheck>> {
    state.limits.check(Limit::AssignmentCheck, &staff.user_id().to_string())?;
    let answer = state.db.check_assignment(&staff, asked.branch_id).await?;
    if !answer.is_assigned && state.settings.rate_limits {
        let wait = state.held_back().wait(staff.user_id(), Instant::now());
        if !wait.is_zero() {
            metrics::counter!("assignment_answers_held_back_total").increment(1);
            tokio::time::sleep(wait).await;
        }
    }
    Ok(Json(answer))
}
