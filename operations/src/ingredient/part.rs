//! What a processed ingredient is made of.

use super::named;
use crate::{
    Error, Result,
    command::Done,
    office::{OfficeEntity, change},
};
use auth::{KitchenCrew, Staff};
use domain::{IngredientId, ProblemCode, SubIngredientId, office::EntityKind};
use store::{Answer, Attempt, Database};
use wire::ingredient::NewSubIngredient;

/// Adds a part.
///
/// # Errors
/// No such ingredient; it is not a processed one, or has a part of that name: 400.
pub async fn add_part(
    db: &Database,
    staff: &Staff<KitchenCrew>,
    of: IngredientId,
    new: &NewSubIngredient,
    attempt: &Attempt,
) -> Result<Answer> {
    let added = change(db, "ingredient.add_part", (staff, attempt), Done::Made, |act| async move {
        let ingredient = act.uow.ingredient(staff, of).await?;
        if !ingredient.is_processed {
            return Err(Error::refused(ProblemCode::NotProcessed, "Only a processed ingredient is made of others"));
        }
        let part =
            act.uow.insert_sub_ingredient(&ingredient, new.name.as_str(), new.description.clone().into()).await?;
        let entity = OfficeEntity::new(EntityKind::SubIngredient, part.id.get(), part.name.clone(), None);
        act.created(&entity, &part).await?;
        Ok(part)
    })
    .await;
    named(added)
}

/// Takes a part away; [`crate::office::restore`] brings it back.
///
/// # Errors
/// No such ingredient, or it has no such part.
pub async fn remove_part(
    db: &Database,
    staff: &Staff<KitchenCrew>,
    of: IngredientId,
    part: SubIngredientId,
    attempt: &Attempt,
) -> Result<Answer> {
    change(
        db,
        "ingredient.remove_part",
        (staff, attempt),
        |()| Done::Nothing,
        |act| async move {
            act.uow.ingredient(staff, of).await?;
            if !act.uow.is_made_of(of, part).await? {
                return Err(Error::NotFound("sub_ingredient"));
            }
            act.delete(EntityKind::SubIngredient, part.get()).await
        },
    )
    .await
}
