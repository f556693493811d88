//! The office's categories (C4).

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Management, Staff};
use axum::{Json, extract::State, response::Response};
use domain::{BranchId, CategoryId, office::EntityKind};
use operations::{category, office};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::category::{Category, CategoryPatch, NewCategory};

/// Which categories.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Categories {
    /// A branch of the caller's; without it all of them.
    branch_id: Option<BranchId>,
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The categories of the caller's branches, in the order of the menus.
#[utoipa::path(get, path = "/api/admin/categories", tag = "menu office", params(Categories, NamedPart), security(("staff" = [])),
    responses((status = 200, body = [Category], headers(("Link" = String))), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn categories(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(which): Params<Categories>,
    named: Named,
) -> ApiResult<Response> {
    let rows = state.db.categories(&staff, which.branch_id, which.include_deleted, &named.wanted()).await?;
    Ok(named.respond(rows))
}

/// One category.
#[utoipa::path(get, path = "/api/admin/categories/{category_id}", tag = "menu office", params(("category_id" = CategoryId, Path)),
    security(("staff" = [])),
    responses((status = 200, body = Category), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn category(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<CategoryId>,
) -> ApiResult<Json<Category>> {
    Ok(Json(state.db.find_category(&staff, id).await?))
}

/// Adds a category to a branch's menu.
#[utoipa::path(post, path = "/api/admin/categories", tag = "menu office", request_body = NewCategory, security(("staff" = [])),
    responses((status = 201, body = Category), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create_category(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, new): Command<NewCategory>,
) -> ApiResult<Reply> {
    Ok(Reply(category::create(&state.db, &staff, &new, &attempt).await?))
}

/// Changes the fields that are there; null clears one that may be empty.
#[utoipa::path(patch, path = "/api/admin/categories/{category_id}", tag = "menu office", params(("category_id" = CategoryId, Path)),
    request_body = CategoryPatch, security(("staff" = [])),
    responses((status = 200, body = Category), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn update_category(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<CategoryId>,
    Command(attempt, patch): Command<CategoryPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(category::update(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Deletes a category with its subcategories and products.
#[utoipa::path(delete, path = "/api/admin/categories/{category_id}", tag = "menu office", params(("category_id" = CategoryId, Path)),
    security(("staff" = [])),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete_category(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<CategoryId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(office::delete(&state.db, &staff, EntityKind::Category, id.get(), &attempt).await?))
}
