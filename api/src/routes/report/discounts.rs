//! Who took what off checks.

use super::{
    asked::Asked,
    export::{Format, Wanted},
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::PersonDiscounts;

const COLUMNS: &[&str] = &["user_id", "user_name", "discount_count", "check_count", "total_discount_cents"];

/// Who granted discounts that stand, the most generous first.
#[utoipa::path(get, path = "/api/admin/reports/discounts", tag = "report", security(("staff" = [])), params(Asked, Wanted),
    responses((status = 200, content(([PersonDiscounts] = "application/json"), (String = "text/csv"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn discounts(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(asked): Params<Asked>,
    format: Format,
) -> ApiResult<Response> {
    let window = asked.till(&state, &staff).await?;
    format.list("discounts", COLUMNS, &state.db.report_discounts(&window).await?)
}
