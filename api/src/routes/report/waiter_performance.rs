//! What each member of the floor did.

use super::{
    export::{Export, ExportQuery},
    query::ReportQuery,
    workbook::WorkbookFile,
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use domain::UserId;
use runtime::ProblemBody;
use serde::Serialize;
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
#[utoipa::path(get, path = "/api/admin/reports/waiter-performance", tag = "report", security(("staff" = [])), params(ReportQuery, ExportQuery),
    responses((status = 200, content(([WaiterPerformance] = "application/json"), (String = "text/csv"),
            (WorkbookFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn waiter_performance(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(query): Params<ReportQuery>,
    export: Export,
) -> ApiResult<Response> {
    let window = query.money_window(&state, &staff).await?;
    let rows = state.db.report_waiters(&window).await?;
    if export.is_json() {
        return export.list("waiter-performance", COLUMNS, &window, &rows);
    }
    let cells: Vec<Cells<'_>> = rows.iter().map(Cells::of).collect();
    export.list("waiter-performance", COLUMNS, &window, &cells)
}

/// A line of the file. A mean of nothing is an empty cell, which a spreadsheet leaves out of its own mean; in JSON it
/// is 0, which the dashboard shows.
#[derive(Serialize)]
struct Cells<'a> {
    user_id: UserId,
    user_name: &'a str,
    total_tables_served: i64,
    total_rounds_processed: i64,
    total_revenue_cents: i64,
    total_tips_cents: i64,
    avg_service_time_minutes: Option<f64>,
    total_service_calls: i64,
    avg_response_time_seconds: Option<f64>,
}

impl<'a> Cells<'a> {
    fn of(row: &'a WaiterPerformance) -> Self {
        Self {
            user_id: row.user_id,
            user_name: &row.user_name,
            total_tables_served: row.total_tables_served,
            total_rounds_processed: row.total_rounds_processed,
            total_revenue_cents: row.total_revenue_cents,
            total_tips_cents: row.total_tips_cents,
            avg_service_time_minutes: (row.total_rounds_served > 0).then_some(row.avg_service_time_minutes),
            total_service_calls: row.total_service_calls,
            avg_response_time_seconds: (row.total_service_calls > 0).then_some(row.avg_response_time_seconds),
        }
    }
}
