//! What each member of the floor did.

use super::{
    asked::Asked,
    export::{Format, Wanted},
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{AnyRole, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::WaiterPerformance;

const COLUMNS: &[&str] = &[
    "user_id",
    "user_name",
    "total_tables_served",
    "total_rounds_processed",
    "total_revenue_cents",
    "total_tips_cents",
    "avg_service_time_minutes",
    "total_service_calls",
    "avg_response_time_seconds",
];

/// Everybody who did anything, the one with the most revenue first. A party's money is its waiter's, else the one's who
/// registered it.
#[utoipa::path(get, path = "/api/admin/reports/waiter-performance", tag = "report", security(("staff" = [])), params(Asked, Wanted),
    responses((status = 200, content(([WaiterPerformance] = "application/json"), (String = "text/csv"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn waiter_performance(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(asked): Params<Asked>,
    format: Format,
) -> ApiResult<Response> {
    let window = asked.till(&state, &staff).await?;
    format.list("waiter-performance", COLUMNS, &state.db.report_waiters(&window).await?)
}
