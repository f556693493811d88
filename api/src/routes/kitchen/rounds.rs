//! What the kitchen display shows (C12), and one round of it (W15).

use crate::{
    extract::{Params, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, KitchenCrew, Staff};
use axum::{Json, extract::State};
use domain::{BranchId, RoundId};
use runtime::ProblemBody;
use serde::Deserialize;
use store::view::At;
use utoipa::IntoParams;
use wire::kitchen::KitchenRound;

/// Where.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InKitchen {
    /// One branch; without it all where the caller works in the kitchen or manages.
    branch_id: Option<BranchId>,
}

/// The rounds that wait, are being cooked or are ready, the longest waiting first.
#[utoipa::path(get, path = "/api/kitchen/rounds", tag = "kitchen", security(("staff" = [])), params(InKitchen),
    responses((status = 200, body = [KitchenRound]), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn rounds(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Params(at): Params<InKitchen>,
) -> ApiResult<Json<Vec<KitchenRound>>> {
    Ok(Json(state.db.kitchen_rounds(&staff, At { branch: at.branch_id }).await?))
}

/// One round, in any state.
#[utoipa::path(get, path = "/api/kitchen/rounds/{round_id}", tag = "kitchen", security(("staff" = [])),
    params(("round_id" = RoundId, Path)),
    responses((status = 200, body = KitchenRound), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn round(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<RoundId>,
) -> ApiResult<Json<KitchenRound>> {
    Ok(Json(state.db.kitchen_round(&staff, id).await?))
}
