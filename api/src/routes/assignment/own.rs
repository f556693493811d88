//! A waiter's sectors.

use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Floor, Staff};
use axum::{Json, extract::State};
use chrono::NaiveDate;
use domain::Shift;
use runtime::ProblemBody;
use serde::Deserialize;
use store::view::Assignments;
use utoipa::IntoParams;

/// Which of them.
#[derive(Deserialize, IntoParams)]
pub(crate) struct OnDay {
    /// By default today, in each branch.
    assignment_date: Option<NaiveDate>,
    /// This shift and the whole day; by default every shift.
    shift: Option<Shift>,
}

/// The caller's sectors on one day.
#[utoipa::path(get, path = "/api/waiter/my-assignments", tag = "assignment", params(OnDay), security(("staff" = [])),
    responses((status = 200, body = Assignments), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn own(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Params(asked): Params<OnDay>,
) -> ApiResult<Json<Assignments>> {
    Ok(Json(state.db.assignments_of(&staff, asked.assignment_date, asked.shift).await?))
}
