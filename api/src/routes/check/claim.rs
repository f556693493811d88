//! Which diner pays which item, for a while.

use crate::{
    extract::{Command, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::Diner;
use axum::{Json, extract::State};
use domain::{CheckId, DinerId};
use operations::check;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::{
    bill::LiveClaim,
    check::{Claimed, Claiming},
};

/// Whose claims.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfDiner {
    /// A diner of the table.
    diner_id: DinerId,
}

/// The claims that hold.
#[utoipa::path(get, path = "/api/billing/check/{check_id}/claims", tag = "check", security(("diner" = [])),
    params(("check_id" = CheckId, Path)),
    responses((status = 200, body = [LiveClaim]), (status = 404, body = ProblemBody)))]
pub(crate) async fn claims(
    State(state): State<AppState>,
    diner: Diner,
    Segment(id): Segment<CheckId>,
) -> ApiResult<Json<Vec<LiveClaim>>> {
    Ok(Json(state.db.live_claims(&diner, id).await?))
}

/// Replaces what a diner claims, all or nothing; 409 `item_claimed` names the item that is not free. Good for five
/// minutes; saying it again renews it.
#[utoipa::path(put, path = "/api/billing/check/{check_id}/claims", tag = "check", request_body = Claiming,
    security(("diner" = [])), params(("check_id" = CheckId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Claimed), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn claim(
    State(state): State<AppState>,
    diner: Diner,
    Segment(id): Segment<CheckId>,
    Command(attempt, body): Command<Claiming>,
) -> ApiResult<Reply> {
    Ok(Reply(check::claim(&state.db, &diner, id, &body, &attempt).await?))
}

/// Lets go what a diner claims.
#[utoipa::path(delete, path = "/api/billing/check/{check_id}/claims", tag = "check", security(("diner" = [])),
    params(("check_id" = CheckId, Path), OfDiner, ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn release_claims(
    State(state): State<AppState>,
    diner: Diner,
    Segment(id): Segment<CheckId>,
    Params(of): Params<OfDiner>,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(check::release(&state.db, &diner, id, of.diner_id, &attempt).await?))
}
