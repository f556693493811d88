//! Ingredients and the lists of words that recipes choose from (U3, U4).

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, AnyRole, KitchenCrew, Staff};
use axum::{Json, extract::State, response::Response};
use domain::{
    IngredientGroupId, IngredientId, SubIngredientId,
    office::{Catalog, EntityKind},
};
use operations::{ingredient, office};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::ingredient::{
    CatalogEntry, Ingredient, IngredientGroup, IngredientPatch, NewIngredient, NewIngredientGroup, NewSubIngredient,
    SubIngredient,
};

/// Which ingredients.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Ingredients {
    /// Those of one group.
    group_id: Option<IngredientGroupId>,
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The groups, by name.
#[utoipa::path(get, path = "/api/admin/ingredients/groups", tag = "recipe office", params(NamedPart), security(("staff" = [])),
    responses((status = 200, body = [IngredientGroup], headers(("Link" = String))), (status = 422, body = ProblemBody)))]
pub(crate) async fn ingredient_groups(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    named: Named,
) -> ApiResult<Response> {
    Ok(named.respond(state.db.ingredient_groups(&staff, &named.wanted()).await?))
}

/// Adds a group.
#[utoipa::path(post, path = "/api/admin/ingredients/groups", tag = "recipe office", request_body = NewIngredientGroup,
    security(("staff" = [])),
    responses((status = 201, body = IngredientGroup), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create_ingredient_group(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Command(attempt, new): Command<NewIngredientGroup>,
) -> ApiResult<Reply> {
    Ok(Reply(ingredient::create_group(&state.db, &staff, &new, &attempt).await?))
}

/// The ingredients, by name.
#[utoipa::path(get, path = "/api/admin/ingredients", tag = "recipe office", params(Ingredients, NamedPart), security(("staff" = [])),
    responses((status = 200, body = [Ingredient], headers(("Link" = String))), (status = 422, body = ProblemBody)))]
pub(crate) async fn ingredients(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(which): Params<Ingredients>,
    named: Named,
) -> ApiResult<Response> {
    let rows = state.db.ingredients(&staff, which.group_id, which.include_deleted, &named.wanted()).await?;
    Ok(named.respond(rows))
}

/// One ingredient.
#[utoipa::path(get, path = "/api/admin/ingredients/{ingredient_id}", tag = "recipe office",
    params(("ingredient_id" = IngredientId, Path)), security(("staff" = [])),
    responses((status = 200, body = Ingredient), (status = 404, body = ProblemBody)))]
pub(crate) async fn find_ingredient(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<IngredientId>,
) -> ApiResult<Json<Ingredient>> {
    Ok(Json(state.db.find_ingredient(&staff, id).await?))
}

/// Adds an ingredient.
#[utoipa::path(post, path = "/api/admin/ingredients", tag = "recipe office", request_body = NewIngredient, security(("staff" = [])),
    responses((status = 201, body = Ingredient), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create_ingredient(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Command(attempt, new): Command<NewIngredient>,
) -> ApiResult<Reply> {
    Ok(Reply(ingredient::create(&state.db, &staff, &new, &attempt).await?))
}

/// Changes the fields that are there; null clears one that may be empty.
#[utoipa::path(patch, path = "/api/admin/ingredients/{ingredient_id}", tag = "recipe office",
    params(("ingredient_id" = IngredientId, Path)), request_body = IngredientPatch, security(("staff" = [])),
    responses((status = 200, body = Ingredient), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn update_ingredient(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Segment(id): Segment<IngredientId>,
    Command(attempt, patch): Command<IngredientPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(ingredient::update(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Deletes an ingredient with its parts.
#[utoipa::path(delete, path = "/api/admin/ingredients/{ingredient_id}", tag = "recipe office",
    params(("ingredient_id" = IngredientId, Path)), security(("staff" = [])),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete_ingredient(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<IngredientId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(office::delete(&state.db, &staff, EntityKind::Ingredient, id.get(), &attempt).await?))
}

/// Adds what a processed ingredient is made of.
#[utoipa::path(post, path = "/api/admin/ingredients/{ingredient_id}/sub", tag = "recipe office",
    params(("ingredient_id" = IngredientId, Path)), request_body = NewSubIngredient, security(("staff" = [])),
    responses((status = 201, body = SubIngredient), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn add_sub_ingredient(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Segment(of): Segment<IngredientId>,
    Command(attempt, new): Command<NewSubIngredient>,
) -> ApiResult<Reply> {
    Ok(Reply(ingredient::add_part(&state.db, &staff, of, &new, &attempt).await?))
}

/// Takes a part away.
#[utoipa::path(delete, path = "/api/admin/ingredients/{ingredient_id}/sub/{sub_ingredient_id}", tag = "recipe office",
    params(("ingredient_id" = IngredientId, Path), ("sub_ingredient_id" = SubIngredientId, Path)), security(("staff" = [])),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(crate) async fn remove_sub_ingredient(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Segment((of, part)): Segment<(IngredientId, SubIngredientId)>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(ingredient::remove_part(&state.db, &staff, of, part, &attempt).await?))
}

/// A list of words, by name.
#[utoipa::path(get, path = "/api/admin/catalogs/{catalog}", tag = "recipe office", params(("catalog" = Catalog, Path), NamedPart),
    security(("staff" = [])),
    responses((status = 200, body = [CatalogEntry], headers(("Link" = String))), (status = 422, body = ProblemBody)))]
pub(crate) async fn catalog(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(catalog): Segment<Catalog>,
    named: Named,
) -> ApiResult<Response> {
    Ok(named.respond(state.db.catalog(&staff, catalog, &named.wanted()).await?))
}
