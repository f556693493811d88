//! Who struck what from orders, or canceled them.

use super::{
    export::{Export, ExportQuery},
    query::ReportQuery,
    workbook::WorkbookFile,
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::PersonVoids;

const COLUMNS: &[&str] = &["user_id", "user_name", "void_count", "total_quantity", "total_voided_cents"];

/// Who struck items from orders, one by one or with a whole round, the one who struck most money first.
#[utoipa::path(get, path = "/api/admin/reports/voids", tag = "report", security(("staff" = [])), params(ReportQuery, ExportQuery),
    responses((status = 200, content(([PersonVoids] = "application/json"), (String = "text/csv"),
            (WorkbookFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn voids(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(query): Params<ReportQuery>,
    export: Export,
) -> ApiResult<Response> {
    let window = query.money_window(&state, &staff).await?;
    export.list("voids", COLUMNS, &window, &state.db.report_voids(&window).await?)
}
