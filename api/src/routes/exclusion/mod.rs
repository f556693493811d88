//! What branches leave out of the menu (C18).

use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, Staff};
use axum::{Json, extract::State};
use domain::{CategoryId, SubcategoryId};
use operations::{Error, exclusion};
use runtime::ProblemBody;
use serde::Serialize;
use utoipa::ToSchema;
use wire::exclusion::{CategoryExclusion, Exclusions, SubcategoryExclusion};

/// Everything that is on, with where it is left out.
#[derive(Serialize, ToSchema)]
pub(crate) struct AllExclusions {
    /// One for each category that is on.
    category_exclusions: Vec<CategoryExclusion>,
    /// One for each subcategory that is on.
    subcategory_exclusions: Vec<SubcategoryExclusion>,
}

/// Where everything is left out.
#[utoipa::path(get, path = "/api/admin/exclusions", tag = "menu office", security(("staff" = [])),
    responses((status = 200, body = AllExclusions)))]
pub(crate) async fn exclusions(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
) -> ApiResult<Json<AllExclusions>> {
    Ok(Json(AllExclusions {
        category_exclusions: state.db.category_exclusions(&staff, None).await?,
        subcategory_exclusions: state.db.subcategory_exclusions(&staff, None).await?,
    }))
}

/// Where one category is left out.
#[utoipa::path(get, path = "/api/admin/exclusions/categories/{category_id}", tag = "menu office",
    params(("category_id" = CategoryId, Path)), security(("staff" = [])),
    responses((status = 200, body = CategoryExclusion), (status = 404, body = ProblemBody)))]
pub(crate) async fn category_exclusion(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<CategoryId>,
) -> ApiResult<Json<CategoryExclusion>> {
    let found = state.db.category_exclusions(&staff, Some(id)).await?.pop();
    Ok(Json(found.ok_or(Error::NotFound("category"))?))
}

/// Has exactly these branches leave a category out.
#[utoipa::path(put, path = "/api/admin/exclusions/categories/{category_id}", tag = "menu office",
    params(("category_id" = CategoryId, Path)), request_body = Exclusions, security(("staff" = [])),
    responses((status = 200, body = CategoryExclusion), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn exclude_category(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<CategoryId>,
    Command(attempt, wanted): Command<Exclusions>,
) -> ApiResult<Reply> {
    Ok(Reply(exclusion::exclude_category(&state.db, &staff, id, &wanted, &attempt).await?))
}

/// Where one subcategory is left out.
#[utoipa::path(get, path = "/api/admin/exclusions/subcategories/{subcategory_id}", tag = "menu office",
    params(("subcategory_id" = SubcategoryId, Path)), security(("staff" = [])),
    responses((status = 200, body = SubcategoryExclusion), (status = 404, body = ProblemBody)))]
pub(crate) async fn subcategory_exclusion(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<SubcategoryId>,
) -> ApiResult<Json<SubcategoryExclusion>> {
    let found = state.db.subcategory_exclusions(&staff, Some(id)).await?.pop();
    Ok(Json(found.ok_or(Error::NotFound("subcategory"))?))
}

/// Has exactly these branches leave a subcategory out.
#[utoipa::path(put, path = "/api/admin/exclusions/subcategories/{subcategory_id}", tag = "menu office",
    params(("subcategory_id" = SubcategoryId, Path)), request_body = Exclusions, security(("staff" = [])),
    responses((status = 200, body = SubcategoryExclusion), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn exclude_subcategory(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<SubcategoryId>,
    Command(attempt, wanted): Command<Exclusions>,
) -> ApiResult<Reply> {
    Ok(Reply(exclusion::exclude_subcategory(&state.db, &staff, id, &wanted, &attempt).await?))
}
