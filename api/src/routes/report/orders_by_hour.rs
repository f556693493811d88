//! When the kitchen is busy.

use super::{
    export::{Export, ExportQuery},
    query::ReportQuery,
    workbook::WorkbookFile,
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::HourOrders;

const COLUMNS: &[&str] = &["hour", "order_count"];

/// The hours of the day that have orders, by the branch's clock; an order is a round that the kitchen got.
#[utoipa::path(get, path = "/api/admin/reports/orders-by-hour", tag = "report", security(("staff" = [])), params(ReportQuery, ExportQuery),
    responses((status = 200, content(([HourOrders] = "application/json"), (String = "text/csv"),
            (WorkbookFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn orders_by_hour(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(query): Params<ReportQuery>,
    export: Export,
) -> ApiResult<Response> {
    let window = query.window(&state, &staff).await?;
    export.list("orders-by-hour", COLUMNS, &window, &state.db.report_orders_by_hour(&window).await?)
}
