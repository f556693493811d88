//! A branch's day, compared with its payment provider.

use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{Json, extract::State};
use chrono::NaiveDate;
use domain::BranchId;
use operations::payment;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::reconcile::Report;

/// Which day.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichDay {
    branch_id: BranchId,
    /// The branch's day, as 2026-02-28; today when absent.
    day: Option<NaiveDate>,
    /// Compares anew where a report is kept.
    #[serde(default)]
    fresh: bool,
}

/// One report an account: what matches, and what does not, line by line.
#[utoipa::path(get, path = "/api/admin/payments/reconciliation", tag = "payments", params(WhichDay),
    security(("staff" = [])), responses((status = 200, body = [Report]), (status = 404, body = ProblemBody),
    (status = 422, body = ProblemBody), (status = 503, body = ProblemBody, description = "The provider does not answer")))]
pub(crate) async fn reconciliation(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(which): Params<WhichDay>,
) -> ApiResult<Json<Vec<Report>>> {
    let WhichDay { branch_id, day, fresh } = which;
    Ok(Json(payment::reconciliation(&state.db, &state.providers, &staff, branch_id, day, fresh).await?))
}
