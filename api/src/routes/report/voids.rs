//! Who struck what from orders, or canceled them.

use super::{
    asked::Asked,
    export::{Format, Wanted},
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use wire::report::PersonVoids;

const COLUMNS: &[&str] = &["user_id", "user_name", "void_count", "total_quantity", "total_voided_cents"];

/// Who struck items from orders, one by one or with a whole round, the one who struck most money first.
#[utoipa::path(get, path = "/api/admin/reports/voids", tag = "report", security(("staff" = [])), params(Asked, Wanted),
    responses((status = 200, content(([PersonVoids] = "application/json"), (String = "text/csv"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn voids(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(asked): Params<Asked>,
    format: Format,
) -> ApiResult<Response> {
    let window = asked.till(&state, &staff).await?;
    format.list("voids", COLUMNS, &state.db.report_voids(&window).await?)
}
