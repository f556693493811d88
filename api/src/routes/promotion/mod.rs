//! The office's promotions (U1).

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, AnyRole, Management, Staff};
use axum::{Json, extract::State, response::Response};
use domain::{BranchId, PromotionId};
use operations::promotion;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::promotion::{NewPromotion, Promotion, PromotionPatch};

/// Which promotions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Promotions {
    /// Those that hold in this branch.
    branch_id: Option<BranchId>,
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The business's promotions by name.
#[utoipa::path(get, path = "/api/admin/promotions", tag = "menu office", params(Promotions, NamedPart),
    security(("staff" = [])),
    responses((status = 200, body = [Promotion], headers(("Link" = String))), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn promotions(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(which): Params<Promotions>,
    named: Named,
) -> ApiResult<Response> {
    let rows = state.db.promotions(&staff, which.branch_id, which.include_deleted, &named.wanted()).await?;
    Ok(named.respond(rows))
}

/// One promotion.
#[utoipa::path(get, path = "/api/admin/promotions/{promotion_id}", tag = "menu office",
    params(("promotion_id" = PromotionId, Path)), security(("staff" = [])),
    responses((status = 200, body = Promotion), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn promotion(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<PromotionId>,
) -> ApiResult<Json<Promotion>> {
    Ok(Json(state.db.find_promotion(&staff, id).await?))
}

/// Adds a promotion.
#[utoipa::path(post, path = "/api/admin/promotions", tag = "menu office", request_body = NewPromotion,
    security(("staff" = [])),
    responses((status = 201, body = Promotion), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn create_promotion(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, new): Command<NewPromotion>,
) -> ApiResult<Reply> {
    Ok(Reply(promotion::create(&state.db, &staff, &new, &attempt).await?))
}

/// Changes the fields that are there; null clears one that may be empty.
#[utoipa::path(patch, path = "/api/admin/promotions/{promotion_id}", tag = "menu office",
    params(("promotion_id" = PromotionId, Path)), request_body = PromotionPatch, security(("staff" = [])),
    responses((status = 200, body = Promotion), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn update_promotion(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<PromotionId>,
    Command(attempt, patch): Command<PromotionPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(promotion::update(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Deletes a promotion; what was sold under it keeps its price.
#[utoipa::path(delete, path = "/api/admin/promotions/{promotion_id}", tag = "menu office",
    params(("promotion_id" = PromotionId, Path)), security(("staff" = [])),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete_promotion(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<PromotionId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(promotion::delete(&state.db, &staff, id, &attempt).await?))
}
