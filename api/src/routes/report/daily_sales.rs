//! What each day brought.

use super::{
    export::{Export, ExportQuery},
    query::ReportQuery,
    workbook::WorkbookFile,
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::DaySales;

const COLUMNS: &[&str] = &["date", "total_sales_cents", "order_count", "avg_order_cents"];

/// The days that have sales or orders, the oldest first. Sales are what counts towards bills of the payments approved
/// that day, without tips, less what went back that day, whenever it had come in: a day that is over never changes. An
/// order is a round that the kitchen got.
#[utoipa::path(get, path = "/api/admin/reports/daily-sales", tag = "report", security(("staff" = [])), params(ReportQuery, ExportQuery),
    responses((status = 200, content(([DaySales] = "application/json"), (String = "text/csv"),
            (WorkbookFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn daily_sales(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(query): Params<ReportQuery>,
    export: Export,
) -> ApiResult<Response> {
    let window = query.money_window(&state, &staff).await?;
    export.list("daily-sales", COLUMNS, &window, &state.db.report_daily_sales(&window).await?)
}
