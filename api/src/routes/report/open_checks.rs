//! What is still to be paid.

use super::{
    export::{Export, ExportQuery},
    query::ReportQuery,
    workbook::WorkbookFile,
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::OpenCheck;

const COLUMNS: &[&str] = &[
    "session_id",
    "session_status",
    "check_id",
    "check_status",
    "branch_id",
    "branch_name",
    "table_id",
    "table_code",
    "waiter_id",
    "waiter_name",
    "opened_at",
    "requested_at",
    "total_cents",
    "paid_cents",
    "remaining_cents",
];

/// The parties that owe something now, those that left included; whoever has sat longest comes first. Only with days or
/// dates it is about those that sat down then.
#[utoipa::path(get, path = "/api/admin/reports/open-checks", tag = "report", security(("staff" = [])), params(ReportQuery, ExportQuery),
    responses((status = 200, content(([OpenCheck] = "application/json"), (String = "text/csv"),
            (WorkbookFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn open_checks(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(query): Params<ReportQuery>,
    export: Export,
) -> ApiResult<Response> {
    let window = query.money_window_ever(&state, &staff).await?;
    export.list("open-checks", COLUMNS, &window, &state.db.report_open_checks(&window).await?)
}
