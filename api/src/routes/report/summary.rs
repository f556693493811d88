//! The whole period in five numbers.

use super::{
    export::{Export, ExportQuery},
    query::ReportQuery,
    workbook::WorkbookFile,
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use serde::Serialize;
use wire::report::Summary;

const COLUMNS: &[&str] =
    &["total_revenue_cents", "total_orders", "avg_order_value_cents", "total_sessions", "busiest_hour"];

/// The whole period in five numbers. Revenue is money collected: what counts towards bills of the payments approved
/// in it, without tips, less what went back in it. An order is a round that the kitchen got.
#[utoipa::path(get, path = "/api/admin/reports/summary", tag = "report", security(("staff" = [])), params(ReportQuery, ExportQuery),
    responses((status = 200, content((Summary = "application/json"), (String = "text/csv"),
            (WorkbookFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn summary(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(query): Params<ReportQuery>,
    export: Export,
) -> ApiResult<Response> {
    let window = query.money_window(&state, &staff).await?;
    let summary = state.db.report_summary(&window).await?;
    if export.is_json() {
        return export.object("summary", COLUMNS, &window, &summary);
    }
    export.object("summary", COLUMNS, &window, &Cells::of(&summary))
}

/// The line of the file: a mean of nothing is an empty cell.
#[derive(Serialize)]
struct Cells {
    total_revenue_cents: i64,
    total_orders: i64,
    avg_order_value_cents: Option<i64>,
    total_sessions: i64,
    busiest_hour: Option<u32>,
}

impl Cells {
    fn of(summary: &Summary) -> Self {
        Self {
            total_revenue_cents: summary.total_revenue_cents,
            total_orders: summary.total_orders,
            avg_order_value_cents: (summary.total_orders > 0).then_some(summary.avg_order_value_cents),
            total_sessions: summary.total_sessions,
            busiest_hour: summary.busiest_hour,
        }
    }
}
