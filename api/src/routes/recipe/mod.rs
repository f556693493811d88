//! Recipes (U2). They are the kitchen's: cooks write them as managers do.

use crate::{
    extract::{Command, Nothing, Paged, Params, Part, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{KitchenCrew, Staff};
use axum::{Json, extract::State, response::Response};
use domain::{BranchId, RecipeId, office::EntityKind, text::Text};
use operations::{office, recipe};
use runtime::ProblemBody;
use serde::Deserialize;
use store::view::RecipeFilter;
use utoipa::IntoParams;
use wire::recipe::{Derived, DerivedProduct, NewDerived, NewRecipe, Recipe, RecipePatch};

/// Which recipes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Recipes {
    /// Those of a branch of the caller's; without it of all of them.
    branch_id: Option<BranchId>,
    /// Those in the categories of this name, one of `/api/recipes/categories/list`.
    #[param(value_type = Option<Text<100>>)]
    category: Option<Text<100>>,
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The recipes of the caller's branches, by name.
#[utoipa::path(get, path = "/api/recipes", tag = "recipe office", params(Recipes, Part), security(("staff" = [])),
    responses((status = 200, body = [Recipe], headers(("Link" = String))), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn recipes(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Params(which): Params<Recipes>,
    paged: Paged,
) -> ApiResult<Response> {
    let Recipes { branch_id: branch, category, include_deleted: deleted_too } = which;
    let category = category.map(Into::into);
    let rows = state.db.recipes(&staff, RecipeFilter { branch, category, deleted_too }, paged.page()).await?;
    Ok(paged.respond(rows))
}

/// The names of the categories that the caller's recipes are in.
#[utoipa::path(get, path = "/api/recipes/categories/list", tag = "recipe office", security(("staff" = [])),
    responses((status = 200, body = [String])))]
pub(crate) async fn recipe_categories(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
) -> ApiResult<Json<Vec<String>>> {
    Ok(Json(state.db.recipe_categories(&staff).await?))
}

/// One recipe.
#[utoipa::path(get, path = "/api/recipes/{recipe_id}", tag = "recipe office", params(("recipe_id" = RecipeId, Path)),
    security(("staff" = [])),
    responses((status = 200, body = Recipe), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn recipe(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Segment(id): Segment<RecipeId>,
) -> ApiResult<Json<Recipe>> {
    Ok(Json(state.db.find_recipe(&staff, id).await?))
}

/// Adds a recipe.
#[utoipa::path(post, path = "/api/recipes", tag = "recipe office", request_body = NewRecipe, security(("staff" = [])),
    responses((status = 201, body = Recipe), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create_recipe(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Command(attempt, new): Command<NewRecipe>,
) -> ApiResult<Reply> {
    Ok(Reply(recipe::create(&state.db, &staff, &new, &attempt).await?))
}

/// Changes the fields that are there; null clears one that may be empty. It counts as not handed over any more.
#[utoipa::path(patch, path = "/api/recipes/{recipe_id}", tag = "recipe office", params(("recipe_id" = RecipeId, Path)),
    request_body = RecipePatch, security(("staff" = [])),
    responses((status = 200, body = Recipe), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn update_recipe(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Segment(id): Segment<RecipeId>,
    Command(attempt, patch): Command<RecipePatch>,
) -> ApiResult<Reply> {
    Ok(Reply(recipe::update(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Deletes a recipe. What was made of it stays.
#[utoipa::path(delete, path = "/api/recipes/{recipe_id}", tag = "recipe office", params(("recipe_id" = RecipeId, Path)),
    security(("staff" = [])),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete_recipe(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Segment(id): Segment<RecipeId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(office::delete(&state.db, &staff, EntityKind::Recipe, id.get(), &attempt).await?))
}

/// Marks a recipe as handed over to be searched, until it changes.
#[utoipa::path(post, path = "/api/recipes/{recipe_id}/ingest", tag = "recipe office", params(("recipe_id" = RecipeId, Path)),
    security(("staff" = [])),
    responses((status = 200, body = Recipe), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn ingest_recipe(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Segment(id): Segment<RecipeId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(recipe::ingest(&state.db, &staff, id, &attempt).await?))
}

/// Makes a product of a recipe: it contains what the recipe contains.
#[utoipa::path(post, path = "/api/recipes/{recipe_id}/derive-product", tag = "recipe office",
    params(("recipe_id" = RecipeId, Path)), request_body = NewDerived, security(("staff" = [])),
    responses((status = 201, body = Derived), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn derive_product(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Segment(id): Segment<RecipeId>,
    Command(attempt, new): Command<NewDerived>,
) -> ApiResult<Reply> {
    Ok(Reply(recipe::derive(&state.db, &staff, id, &new, &attempt).await?))
}

/// What is made by a recipe, by name.
#[utoipa::path(get, path = "/api/recipes/{recipe_id}/products", tag = "recipe office", params(("recipe_id" = RecipeId, Path)),
    security(("staff" = [])),
    responses((status = 200, body = [DerivedProduct]), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn products_of_recipe(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Segment(id): Segment<RecipeId>,
) -> ApiResult<Json<Vec<DerivedProduct>>> {
    Ok(Json(state.db.products_of_recipe(&staff, id).await?))
}
