//! The kitchen writes a recipe down.
//!
//! `recipe_name_standing` backs the name; the office lock keeps the branch, and whatever the recipe speaks of, from
//! being deleted meanwhile.

use super::{each_once, entity, form::row, named};
use crate::{Result, command::Done, office::change};
use auth::{KitchenCrew, Staff};
use chrono::DateTime;
use domain::{AllergenId, BranchId, Patch, RecipeId, TenantId, UserId, recipe::RiskLevel};
use store::{Answer, Attempt, Database, RecipeRow};
use wire::recipe::NewRecipe;

/// Adds a recipe.
///
/// # Errors
/// No such branch, or not the caller's; the branch has a recipe of that name: 409; a product, subcategory, ingredient
/// or allergen that the business does not have: 400, naming it; costs that exceed the price: 422.
pub async fn create(db: &Database, staff: &Staff<KitchenCrew>, new: &NewRecipe, attempt: &Attempt) -> Result<Answer> {
    let created = change(db, "recipe.create", (staff, attempt), Done::Made, |act| async move {
        act.uow.ensure_branches(staff, &[new.branch_id]).await?;
        let row = row(new, empty(staff.tenant_id(), new.branch_id, Some(staff.user_id())));
        let allergens: Vec<AllergenId> = match &new.allergen_ids {
            Patch::Value(ids) => each_once(ids),
            Patch::Absent | Patch::Null => Vec::new(),
        };
        act.ensure_fits(None, &row).await?;
        act.ensure_allergens_known(&allergens).await?;
        let row = act.uow.insert_recipe(row).await?;
        act.uow.set_recipe_allergens(&row, &allergens).await?;
        let recipe = act.uow.recipe_now(staff, row.id).await?;
        act.created(&entity(&recipe), &recipe).await?;
        Ok(recipe)
    })
    .await;
    named(created)
}

/// A recipe that says nothing yet.
pub(crate) fn empty(tenant_id: TenantId, branch_id: BranchId, author: Option<UserId>) -> RecipeRow {
    RecipeRow {
        // The database gives the number, and the store the moment.
        id: RecipeId(0),
        created_at: DateTime::UNIX_EPOCH,
        tenant_id,
        branch_id,
        created_by_id: author,
        product_id: None,
        subcategory_id: None,
        name: String::new(),
        name_key: String::new(),
        description: None,
        short_description: None,
        image: None,
        cuisine_type: None,
        difficulty: None,
        prep_time_minutes: None,
        cook_time_minutes: None,
        servings: None,
        calories_per_serving: None,
        ingredients: None,
        preparation_steps: None,
        chef_notes: None,
        presentation_tips: None,
        storage_instructions: None,
        dietary_tags: None,
        flavors: None,
        textures: None,
        cooking_methods: None,
        uses_oil: false,
        is_celiac_safe: false,
        allergen_notes: None,
        modifications: None,
        warnings: None,
        cost_cents: None,
        suggested_price_cents: None,
        yield_quantity: None,
        yield_unit: None,
        portion_size: None,
        risk_level: RiskLevel::Low,
        custom_rag_disclaimer: None,
        is_ingested: false,
        last_ingested_at: None,
        is_active: true,
        deactivated: false,
        deletion_id: None,
    }
}
