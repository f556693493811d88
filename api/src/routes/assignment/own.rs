//! A waiter's sectors.

use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Floor, Staff};
use axum::{Json, extract::State};
use chrono::{Datelike, NaiveDate};
use domain::Shift;
use runtime::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::assignment::Assignments;

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OnDay {
    /// By default today, in each branch.
    assignment_date: Option<NaiveDate>,
    /// This shift and the whole day; by default every shift.
    shift: Option<Shift>,
}

/// The caller's sectors on one day.
#[utoipa::path(get, path = "/api/waiter/my-assignments", tag = "assignment", params(OnDay), security(("staff" = [])),
    responses((status = 200, body = Assignments), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn own(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Params(asked): Params<OnDay>,
) -> ApiResult<Json<Assignments>> {
    // PostgreSQL's dates end before chrono's do, and the contract's have four digits for the year.
    if asked.assignment_date.is_some_and(|date| !(1..=9999).contains(&date.year())) {
        return Err(Problem::unprocessable("assignment_date: must be of the form YYYY-MM-DD").into());
    }
    Ok(Json(state.db.assignments_of(&staff, asked.assignment_date, asked.shift).await?))
}
