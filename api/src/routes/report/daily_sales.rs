//! What each day brought.

use super::{
    asked::Asked,
    export::{Format, Wanted},
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{AnyRole, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::DaySales;

const COLUMNS: &[&str] = &["date", "total_sales_cents", "order_count", "avg_order_cents"];

/// The days that have sales, the oldest first. Sales are what counts towards bills of approved payments: net of refunds
/// and chargebacks, without tips; `order_count` counts those payments.
#[utoipa::path(get, path = "/api/admin/reports/daily-sales", tag = "report", security(("staff" = [])), params(Asked, Wanted),
    responses((status = 200, content(([DaySales] = "application/json"), (String = "text/csv"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn daily_sales(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(asked): Params<Asked>,
    format: Format,
) -> ApiResult<Response> {
    let window = asked.till(&state, &staff).await?;
    format.list("daily-sales", COLUMNS, &state.db.report_daily_sales(&window).await?)
}
