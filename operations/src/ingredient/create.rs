//! An ingredient is added to the list.

use super::{entity, named};
use crate::{Error, Result, command::Done, office::change};
use auth::{KitchenCrew, Staff};
use domain::ProblemCode;
use store::{Answer, Attempt, Database};
use wire::ingredient::NewIngredient;

/// Adds an ingredient.
///
/// # Errors
/// The name is taken, or the business has no such group: 400.
pub async fn create(
    db: &Database,
    staff: &Staff<KitchenCrew>,
    new: &NewIngredient,
    attempt: &Attempt,
) -> Result<Answer> {
    let created = change(db, "ingredient.create", (staff, attempt), Done::Made, |act| async move {
        if let Some(group) = new.group_id {
            act.uow.ingredient_group(staff, group).await.map_err(no_group)?;
        }
        let words = (new.name.as_str(), new.description.clone().into());
        let id = act.uow.insert_ingredient(staff.tenant_id(), new.group_id, words, new.is_processed).await?;
        let ingredient = act.uow.ingredient_now(staff, id).await?;
        act.created(&entity(&ingredient), &ingredient).await?;
        Ok(ingredient)
    })
    .await;
    named(created)
}

/// The contract answers an unknown group with 400.
pub(super) fn no_group(error: store::Error) -> Error {
    match error {
        store::Error::NotFound(_) => Error::refused(ProblemCode::UnknownGroup, "group_id: no such group"),
        other => other.into(),
    }
}
