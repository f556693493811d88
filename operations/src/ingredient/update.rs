//! An ingredient is changed.

use super::{create::no_group, entity, named};
use crate::{Error, Result, command::Done, office::change};
use auth::{KitchenCrew, Staff};
use domain::{IngredientId, Patch, ProblemCode};
use store::{Answer, Attempt, Database, IngredientRow};
use wire::ingredient::IngredientPatch;

fn apply(patch: IngredientPatch, row: IngredientRow) -> IngredientRow {
    IngredientRow {
        name: patch.name.map_or(row.name, Into::into),
        description: patch.description.map_or(row.description, Into::into),
        group_id: patch.group_id.or(row.group_id),
        is_processed: patch.is_processed.unwrap_or(row.is_processed),
        deactivated: patch.is_active.map_or(row.deactivated, |active| !active),
        ..row
    }
}

/// Changes an ingredient.
///
/// # Errors
/// No such ingredient; the name is taken, the business has no such group, or it has parts and is to have none: 400.
pub async fn update(
    db: &Database,
    staff: &Staff<KitchenCrew>,
    id: IngredientId,
    patch: &IngredientPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let updated = change(db, "ingredient.update", (staff, attempt), Done::Changed, |act| async move {
        let row = act.uow.ingredient(staff, id).await?;
        let before = act.uow.ingredient_now(staff, id).await?;
        let changed = apply(patch.clone(), row.clone());
        if let (Patch::Value(_), Some(group)) = (patch.group_id, changed.group_id) {
            act.uow.ingredient_group(staff, group).await.map_err(no_group)?;
        }
        if !changed.is_processed && !before.sub_ingredients.is_empty() {
            return Err(Error::refused(ProblemCode::HasParts, "is_processed: take its parts away first"));
        }
        act.uow.set_ingredient(&row, &changed).await?;
        let after = act.uow.ingredient_now(staff, id).await?;
        act.updated(&entity(&after), &before, &after).await?;
        Ok(after)
    })
    .await;
    named(updated)
}
