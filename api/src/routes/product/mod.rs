//! The office's products (C6).

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Management, Staff};
use axum::{Json, extract::State, response::Response};
use domain::{BranchId, CategoryId, ProductId, office::EntityKind};
use operations::{office, product};
use runtime::ProblemBody;
use serde::Deserialize;
use store::view::ProductFilter;
use utoipa::IntoParams;
use wire::product::{NewProduct, Product, ProductPatch};

/// Which products.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Products {
    /// Those of a category of the caller's branches.
    category_id: Option<CategoryId>,
    /// Those on the menu of a branch of the caller's.
    branch_id: Option<BranchId>,
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The products of the caller's branches, by name: those of their categories and those on their menus.
#[utoipa::path(get, path = "/api/admin/products", tag = "menu office", params(Products, NamedPart), security(("staff" = [])),
    responses((status = 200, body = [Product], headers(("Link" = String))), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn products(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(which): Params<Products>,
    named: Named,
) -> ApiResult<Response> {
    let Products { category_id: category, branch_id: branch, include_deleted: deleted_too } = which;
    let rows = state.db.products(&staff, ProductFilter { category, branch, deleted_too }, &named.wanted()).await?;
    Ok(named.respond(rows))
}

/// One product.
#[utoipa::path(get, path = "/api/admin/products/{product_id}", tag = "menu office", params(("product_id" = ProductId, Path)),
    security(("staff" = [])),
    responses((status = 200, body = Product), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn office_product(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<ProductId>,
) -> ApiResult<Json<Product>> {
    Ok(Json(state.db.find_product(&staff, id).await?))
}

/// Adds a product, with its prices and what is declared of it.
#[utoipa::path(post, path = "/api/admin/products", tag = "menu office", request_body = NewProduct, security(("staff" = [])),
    responses((status = 201, body = Product), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create_product(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, new): Command<NewProduct>,
) -> ApiResult<Reply> {
    Ok(Reply(product::create(&state.db, &staff, &new, &attempt).await?))
}

/// Changes the fields that are there; null clears one that may be empty, and a list replaces the whole set.
#[utoipa::path(patch, path = "/api/admin/products/{product_id}", tag = "menu office", params(("product_id" = ProductId, Path)),
    request_body = ProductPatch, security(("staff" = [])),
    responses((status = 200, body = Product), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn update_product(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<ProductId>,
    Command(attempt, patch): Command<ProductPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(product::update(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Deletes a product: it is on no menu any more. Its prices come back with a restore.
#[utoipa::path(delete, path = "/api/admin/products/{product_id}", tag = "menu office", params(("product_id" = ProductId, Path)),
    security(("staff" = [])),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete_product(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<ProductId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(office::delete(&state.db, &staff, EntityKind::Product, id.get(), &attempt).await?))
}
