//! The office's subcategories (C5).

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, AnyRole, Staff};
use axum::{Json, extract::State, response::Response};
use domain::{CategoryId, SubcategoryId, office::EntityKind};
use operations::{office, subcategory};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::subcategory::{NewSubcategory, Subcategory, SubcategoryPatch};

/// Which subcategories.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Subcategories {
    /// Those of a category of the caller's branches; without it all of them.
    category_id: Option<CategoryId>,
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The subcategories of the caller's branches, in the order of the menus.
#[utoipa::path(get, path = "/api/admin/subcategories", tag = "menu office", params(Subcategories, NamedPart), security(("staff" = [])),
    responses((status = 200, body = [Subcategory], headers(("Link" = String))), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn subcategories(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(which): Params<Subcategories>,
    named: Named,
) -> ApiResult<Response> {
    let rows = state.db.subcategories(&staff, which.category_id, which.include_deleted, &named.wanted()).await?;
    Ok(named.respond(rows))
}

/// One subcategory.
#[utoipa::path(get, path = "/api/admin/subcategories/{subcategory_id}", tag = "menu office",
    params(("subcategory_id" = SubcategoryId, Path)), security(("staff" = [])),
    responses((status = 200, body = Subcategory), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn subcategory(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<SubcategoryId>,
) -> ApiResult<Json<Subcategory>> {
    Ok(Json(state.db.find_subcategory(&staff, id).await?))
}

/// Adds a subcategory to a category.
#[utoipa::path(post, path = "/api/admin/subcategories", tag = "menu office", request_body = NewSubcategory,
    security(("staff" = [])),
    responses((status = 201, body = Subcategory), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn create_subcategory(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Command(attempt, new): Command<NewSubcategory>,
) -> ApiResult<Reply> {
    Ok(Reply(subcategory::create(&state.db, &staff, &new, &attempt).await?))
}

/// Changes the fields that are there.
#[utoipa::path(patch, path = "/api/admin/subcategories/{subcategory_id}", tag = "menu office",
    params(("subcategory_id" = SubcategoryId, Path)), request_body = SubcategoryPatch, security(("staff" = [])),
    responses((status = 200, body = Subcategory), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn update_subcategory(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<SubcategoryId>,
    Command(attempt, patch): Command<SubcategoryPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(subcategory::update(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Deletes a subcategory with its products.
#[utoipa::path(delete, path = "/api/admin/subcategories/{subcategory_id}", tag = "menu office",
    params(("subcategory_id" = SubcategoryId, Path)), security(("staff" = [])),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete_subcategory(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<SubcategoryId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(office::delete(&state.db, &staff, EntityKind::Subcategory, id.get(), &attempt).await?))
}
