//! A recipe is handed over to be searched. Whoever keeps the index reads it from here; this notes what it has.

use super::entity;
use crate::{Result, command::Done, office::change};
use auth::{KitchenCrew, Staff};
use domain::RecipeId;
use store::{Answer, Attempt, Database, RecipeRow};

/// Marks a recipe as handed over, until it changes.
///
/// # Errors
/// No such recipe, or not in the caller's branches.
pub async fn ingest(db: &Database, staff: &Staff<KitchenCrew>, id: RecipeId, attempt: &Attempt) -> Result<Answer> {
    change(db, "recipe.ingest", (staff, attempt), Done::Changed, |act| async move {
        let row = act.uow.recipe(staff, id).await?;
        let before = act.uow.recipe_now(staff, id).await?;
        let marked = RecipeRow { is_ingested: true, last_ingested_at: Some(act.uow.now()), ..row.clone() };
        act.uow.set_recipe(&row, marked).await?;
        let after = act.uow.recipe_now(staff, id).await?;
        act.updated(&entity(&after), &before, &after).await?;
        Ok(after)
    })
    .await
}
