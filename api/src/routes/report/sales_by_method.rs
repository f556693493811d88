//! How money was tendered.

use super::{
    export::{Export, ExportQuery},
    query::ReportQuery,
    workbook::WorkbookFile,
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::MethodSales;

const COLUMNS: &[&str] = &[
    "method",
    "payment_count",
    "total_amount_cents",
    "total_tips_cents",
    "total_refunded_cents",
    "total_charged_back_cents",
    "total_sales_cents",
];

/// The ways to pay that were used, the one that brought most first.
#[utoipa::path(get, path = "/api/admin/reports/sales-by-method", tag = "report", security(("staff" = [])), params(ReportQuery, ExportQuery),
    responses((status = 200, content(([MethodSales] = "application/json"), (String = "text/csv"),
            (WorkbookFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn sales_by_method(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(query): Params<ReportQuery>,
    export: Export,
) -> ApiResult<Response> {
    let window = query.money_window(&state, &staff).await?;
    export.list("sales-by-method", COLUMNS, &window, &state.db.report_sales_by_method(&window).await?)
}
