//! A shelf of ingredients is added.

use super::named;
use crate::{
    Error, Result,
    command::Done,
    office::{OfficeEntity, change},
};
use auth::{AdminOnly, Staff};
use domain::office::EntityKind;
use store::{Answer, Attempt, Database};
use wire::ingredient::NewIngredientGroup;

/// Adds a group.
///
/// # Errors
/// The name is taken: 400.
pub async fn create_group(
    db: &Database,
    staff: &Staff<AdminOnly>,
    new: &NewIngredientGroup,
    attempt: &Attempt,
) -> Result<Answer> {
    let created = change(db, "ingredient.create_group", (staff, attempt), Done::Made, |act| async move {
        let name = new.name.as_str().to_lowercase();
        let (description, icon) = (new.description.clone().into(), new.icon.clone().into());
        let group = act.uow.insert_ingredient_group(staff.tenant_id(), &name, description, icon).await?;
        let entity = OfficeEntity::new(EntityKind::IngredientGroup, group.id.get(), group.name.clone(), None);
        act.created(&entity, &group).await?;
        Ok::<_, Error>(group)
    })
    .await;
    named(created)
}
