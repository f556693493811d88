//! The office's modifiers (U6).

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Management, Staff};
use axum::{Json, extract::State, response::Response};
use domain::{CustomizationId, ProductId};
use operations::customization;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::customization::{Customization, CustomizationPatch, CustomizationProducts, NewCustomization};

/// Which modifiers.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Customizations {
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The business's modifiers by category, order and name.
#[utoipa::path(get, path = "/api/admin/customizations", tag = "menu office", params(Customizations, NamedPart),
    security(("staff" = [])),
    responses((status = 200, body = [Customization], headers(("Link" = String))), (status = 422, body = ProblemBody)))]
pub(crate) async fn customizations(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(which): Params<Customizations>,
    named: Named,
) -> ApiResult<Response> {
    let rows = state.db.customizations(&staff, which.include_deleted, &named.wanted()).await?;
    Ok(named.respond(rows))
}

/// One modifier.
#[utoipa::path(get, path = "/api/admin/customizations/{customization_id}", tag = "menu office",
    params(("customization_id" = CustomizationId, Path)), security(("staff" = [])),
    responses((status = 200, body = Customization), (status = 404, body = ProblemBody)))]
pub(crate) async fn customization(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<CustomizationId>,
) -> ApiResult<Json<Customization>> {
    Ok(Json(state.db.find_customization(&staff, id).await?))
}

/// Adds a modifier.
#[utoipa::path(post, path = "/api/admin/customizations", tag = "menu office", request_body = NewCustomization,
    security(("staff" = [])),
    responses((status = 201, body = Customization), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create_customization(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, new): Command<NewCustomization>,
) -> ApiResult<Reply> {
    Ok(Reply(customization::create(&state.db, &staff, &new, &attempt).await?))
}

/// Changes the fields that are there; null clears the category.
#[utoipa::path(put, path = "/api/admin/customizations/{customization_id}", tag = "menu office",
    params(("customization_id" = CustomizationId, Path)), request_body = CustomizationPatch, security(("staff" = [])),
    responses((status = 200, body = Customization), (status = 404, body = ProblemBody), (status = 400, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn update_customization(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<CustomizationId>,
    Command(attempt, patch): Command<CustomizationPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(customization::update(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Deletes a modifier; what was ordered with it keeps it.
#[utoipa::path(delete, path = "/api/admin/customizations/{customization_id}", tag = "menu office",
    params(("customization_id" = CustomizationId, Path)), security(("staff" = [])),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete_customization(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<CustomizationId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(customization::delete(&state.db, &staff, id, &attempt).await?))
}

/// Has it be chosen of exactly these products.
#[utoipa::path(put, path = "/api/admin/customizations/{customization_id}/products", tag = "menu office",
    params(("customization_id" = CustomizationId, Path)), request_body = CustomizationProducts, security(("staff" = [])),
    responses((status = 200, body = Customization), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn replace_customization_products(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<CustomizationId>,
    Command(attempt, wanted): Command<CustomizationProducts>,
) -> ApiResult<Reply> {
    Ok(Reply(customization::replace(&state.db, &staff, id, &wanted, &attempt).await?))
}

/// Lets it be chosen of one more product.
#[utoipa::path(post, path = "/api/admin/customizations/{customization_id}/products/{product_id}", tag = "menu office",
    params(("customization_id" = CustomizationId, Path), ("product_id" = ProductId, Path)), security(("staff" = [])),
    responses((status = 204), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn link_customization(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(pair): Segment<(CustomizationId, ProductId)>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(customization::link(&state.db, &staff, pair, &attempt).await?))
}

/// Ends that for one product.
#[utoipa::path(delete, path = "/api/admin/customizations/{customization_id}/products/{product_id}", tag = "menu office",
    params(("customization_id" = CustomizationId, Path), ("product_id" = ProductId, Path)), security(("staff" = [])),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(crate) async fn unlink_customization(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(pair): Segment<(CustomizationId, ProductId)>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(customization::unlink(&state.db, &staff, pair, &attempt).await?))
}
