//! Who took what off checks.

use super::{
    export::{Export, ExportQuery},
    query::ReportQuery,
    workbook::WorkbookFile,
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::PersonDiscounts;

const COLUMNS: &[&str] = &["user_id", "user_name", "discount_count", "check_count", "total_discount_cents"];

/// Who granted discounts that stand, the most generous first.
#[utoipa::path(get, path = "/api/admin/reports/discounts", tag = "report", security(("staff" = [])), params(ReportQuery, ExportQuery),
    responses((status = 200, content(([PersonDiscounts] = "application/json"), (String = "text/csv"),
            (WorkbookFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn discounts(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(query): Params<ReportQuery>,
    export: Export,
) -> ApiResult<Response> {
    let window = query.money_window(&state, &staff).await?;
    export.list("discounts", COLUMNS, &window, &state.db.report_discounts(&window).await?)
}
