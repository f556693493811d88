//! Who gave away what was on the table, and who approved it.

use super::{
    export::{Export, ExportQuery},
    query::ReportQuery,
    workbook::WorkbookFile,
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::PersonComps;

const COLUMNS: &[&str] = &[
    "user_id",
    "user_name",
    "approved_by_id",
    "approved_by_name",
    "comp_count",
    "total_quantity",
    "total_comped_cents",
];

/// Who gave away what was served and which manager approved it, those of most money first. It is among the voids too.
#[utoipa::path(get, path = "/api/admin/reports/comps", tag = "report", security(("staff" = [])), params(ReportQuery, ExportQuery),
    responses((status = 200, content(([PersonComps] = "application/json"), (String = "text/csv"),
            (WorkbookFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn comps(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(query): Params<ReportQuery>,
    export: Export,
) -> ApiResult<Response> {
    let window = query.money_window(&state, &staff).await?;
    export.list("comps", COLUMNS, &window, &state.db.report_comps(&window).await?)
}
