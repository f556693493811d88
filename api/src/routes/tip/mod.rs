//! Tips and the pools that share them out (U7).

mod pool;

pub(crate) use pool::*;

use crate::{
    extract::{Command, Paged, Params, Part, Reply},
    problem::ApiResult,
    state::AppState,
};
use auth::{Management, Staff};
use axum::{Json, extract::State, response::Response};
use chrono::NaiveDate;
use domain::{BranchId, UserId};
use operations::tip;
use runtime::ProblemBody;
use serde::Deserialize;
use store::TipFilter;
use utoipa::IntoParams;
use wire::tip::{Distribution, Entered, EnteredTip, Tip, TipReport, TipShare};

/// Which tips.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Tips {
    /// A branch of the caller's; without it all of them.
    branch_id: Option<BranchId>,
    /// Of this waiter.
    waiter_id: Option<UserId>,
    /// From this day of the branch.
    date_from: Option<NaiveDate>,
    /// To the end of this day.
    date_to: Option<NaiveDate>,
}

impl From<Tips> for TipFilter {
    fn from(which: Tips) -> Self {
        Self { branch: which.branch_id, waiter: which.waiter_id, from: which.date_from, to: which.date_to }
    }
}

/// What was left, with payments and by hand, newest first.
#[utoipa::path(get, path = "/api/admin/tips", tag = "tip", params(Tips, Part), security(("staff" = [])),
    responses((status = 200, body = [Tip], headers(("Link" = String))), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn tips(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(which): Params<Tips>,
    paged: Paged,
) -> ApiResult<Response> {
    let rows = state.db.tips(&staff, which.into(), paged.page()).await?;
    Ok(paged.respond(rows))
}

/// Enters a tip that was left on the table. Those that came with a payment are there by themselves.
#[utoipa::path(post, path = "/api/admin/tips", tag = "tip", request_body = EnteredTip, security(("staff" = [])),
    responses((status = 201, body = Entered), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn enter_tip(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, new): Command<EnteredTip>,
) -> ApiResult<Reply> {
    Ok(Reply(tip::enter(&state.db, &staff, &new, &attempt).await?))
}

/// Shares a tip out by a pool, once.
#[utoipa::path(post, path = "/api/admin/tips/distribute", tag = "tip", request_body = Distribution, security(("staff" = [])),
    responses((status = 200, body = [TipShare]), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn distribute_tip(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, asked): Command<Distribution>,
) -> ApiResult<Reply> {
    Ok(Reply(tip::distribute(&state.db, &staff, asked, &attempt).await?))
}

/// What was left in some days, by method and by waiter.
#[utoipa::path(get, path = "/api/admin/tips/report", tag = "tip", params(Tips), security(("staff" = [])),
    responses((status = 200, body = TipReport), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn tip_report(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(which): Params<Tips>,
) -> ApiResult<Json<TipReport>> {
    Ok(Json(state.db.tip_report(&staff, which.into()).await?))
}
