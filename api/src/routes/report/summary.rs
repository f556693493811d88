//! The whole period in five numbers.

use super::{
    export::{Format, FormatQuery},
    query::ReportQuery,
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{AnyRole, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::Summary;

const COLUMNS: &[&str] =
    &["total_revenue_cents", "total_orders", "avg_order_value_cents", "total_sessions", "busiest_hour"];

/// The whole period in five numbers. Revenue is money collected: what counts towards bills of the payments approved
/// in it, without tips, less what went back in it. An order is a round that the kitchen got.
#[utoipa::path(get, path = "/api/admin/reports/summary", tag = "report", security(("staff" = [])), params(ReportQuery, FormatQuery),
    responses((status = 200, content((Summary = "application/json"), (String = "text/csv"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn summary(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(query): Params<ReportQuery>,
    format: Format,
) -> ApiResult<Response> {
    let window = query.money_window(&state, &staff).await?;
    format.object("summary", COLUMNS, &state.db.report_summary(&window).await?)
}
