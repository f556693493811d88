//! Who gave up what parties left owing.

use super::{
    export::{Export, ExportQuery},
    query::ReportQuery,
    workbook::WorkbookFile,
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::PersonWriteOffs;

const COLUMNS: &[&str] = &[
    "user_id",
    "user_name",
    "write_off_count",
    "check_count",
    "total_written_off_cents",
    "reversal_count",
    "total_reversed_cents",
];

/// Who wrote off what parties had left owing, whoever gave up most first. What of it was owed or paid after all is told
/// on the day of that; the day of the write-off stays as it was.
#[utoipa::path(get, path = "/api/admin/reports/write-offs", tag = "report", security(("staff" = [])), params(ReportQuery, ExportQuery),
    responses((status = 200, content(([PersonWriteOffs] = "application/json"), (String = "text/csv"),
            (WorkbookFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn write_offs(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(query): Params<ReportQuery>,
    export: Export,
) -> ApiResult<Response> {
    let window = query.money_window(&state, &staff).await?;
    export.list("write-offs", COLUMNS, &window, &state.db.report_write_offs(&window).await?)
}
