//! An ingredient is changed.

use super::{create::no_group, entity, named};
use crate::{Error, Result, command::Done, office::change};
use auth::{KitchenCrew, Staff};
use domain::{
    IngredientGroupId, IngredientId, Patch,
    office::Blank,
    patch::present,
    text::{Name, Text},
};
use serde::Deserialize;
use store::{Answer, Attempt, Database, IngredientRow};
use utoipa::ToSchema;

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct IngredientPatch {
    /// 1 to 100 characters, unique in the business.
    #[serde(default, deserialize_with = "present")]
    pub name: Option<Name<100>>,
    /// At most 500 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Blank<Text<500>>>,
    /// On which shelf.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub group_id: Patch<IngredientGroupId>,
    /// Whether it is made of others; only what has no parts can stop to be.
    #[serde(default, deserialize_with = "present")]
    pub is_processed: Option<bool>,
    /// False takes it off the list of what is used.
    #[serde(default, deserialize_with = "present")]
    pub is_active: Option<bool>,
}

impl IngredientPatch {
    fn apply(self, row: IngredientRow) -> IngredientRow {
        IngredientRow {
            name: self.name.map_or(row.name, Into::into),
            description: self.description.map_or(row.description, Into::into),
            group_id: self.group_id.or(row.group_id),
            is_processed: self.is_processed.unwrap_or(row.is_processed),
            deactivated: self.is_active.map_or(row.deactivated, |active| !active),
            ..row
        }
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
        let changed = patch.clone().apply(row.clone());
        if let (Patch::Value(_), Some(group)) = (patch.group_id, changed.group_id) {
            act.uow.ingredient_group(staff, group).await.map_err(no_group)?;
        }
        if !changed.is_processed && !before.sub_ingredients.is_empty() {
            return Err(Error::refused("has_parts", "is_processed: take its parts away first"));
        }
        act.uow.set_ingredient(&row, &changed).await?;
        let after = act.uow.ingredient_now(staff, id).await?;
        act.updated(&entity(&after), &before, &after).await?;
        Ok(after)
    })
    .await;
    named(updated)
}
