//! The kitchen changes a recipe. What it contains from now on, every product that inherits from it contains, too, and
//! their menus say so at once; what it contains no more stays with them until somebody takes it away: an allergen too
//! many is a nuisance, one too few is a danger.

use super::{each_once, entity, form::apply, named};
use crate::{
    Result,
    command::{Act, Done},
    office::change,
    product,
};
use auth::{KitchenCrew, Staff};
use domain::{AllergenId, Patch, RecipeId};
use store::{Answer, Attempt, Database, RecipeRow};
use wire::recipe::RecipePatch;

/// Changes a recipe.
///
/// # Errors
/// No such recipe, or not in the caller's branches; what [`create`](super::create) refuses.
pub async fn update(
    db: &Database,
    staff: &Staff<KitchenCrew>,
    id: RecipeId,
    patch: &RecipePatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let updated = change(db, "recipe.update", (staff, attempt), Done::Changed, |act| async move {
        let row = act.uow.recipe(staff, id).await?;
        let before = act.uow.recipe_now(staff, id).await?;
        let changed = apply(patch, row.clone());
        act.ensure_fits(Some(&row), &changed).await?;
        let row = act.uow.set_recipe(&row, changed).await?;
        match &patch.allergen_ids {
            Patch::Absent => {}
            Patch::Null => act.contain(&row, &[], &before.allergen_ids).await?,
            Patch::Value(ids) => act.contain(&row, &each_once(ids), &before.allergen_ids).await?,
        }
        let after = act.uow.recipe_now(staff, id).await?;
        act.updated(&entity(&after), &before, &after).await?;
        Ok(after)
    })
    .await;
    named(updated)
}

impl Act<'_, Staff<KitchenCrew>> {
    /// Has the recipe contain exactly these, and the products that inherit from it these at least.
    async fn contain(&self, recipe: &RecipeRow, allergens: &[AllergenId], now: &[AllergenId]) -> Result<()> {
        self.ensure_allergens_known(allergens).await?;
        if allergens == now {
            return Ok(());
        }
        let before = self.uow.products_inheriting(self.by, recipe.id).await?;
        self.uow.set_recipe_allergens(recipe, allergens).await?;
        self.uow.inherit_allergens(recipe.id).await?;
        let after = self.uow.products_inheriting(self.by, recipe.id).await?;
        for ((home, product), (_, was)) in after.iter().zip(&before) {
            self.updated(&product::entity(product, *home, &[]), was, product).await?;
        }
        Ok(())
    }
}
