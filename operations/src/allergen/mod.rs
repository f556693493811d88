//! What guests may have to avoid, and what else whoever cannot bear one allergen may not bear: the whole business's.

mod reaction;

pub use reaction::{create as create_cross_reaction, update as update_cross_reaction};

use crate::{
    Error, Result,
    command::Done,
    office::{OfficeEntity, change},
};
use auth::{Management, Staff};
use domain::{AllergenId, ProblemCode, TenantId, menu::Severity, office::EntityKind};
use store::{AllergenRow, Answer, Attempt, Database};
use wire::allergen::{AllergenPatch, NewAllergen};

fn row(new: &NewAllergen) -> AllergenRow {
    AllergenRow {
        // The database gives the id, and the store fills in whose it is and when it came.
        id: AllergenId(0),
        tenant_id: TenantId(0),
        name: new.name.clone().into(),
        icon: new.icon.clone().map(Into::into),
        description: new.description.clone().map(Into::into),
        is_mandatory: new.is_mandatory.unwrap_or_default(),
        severity: new.severity.unwrap_or(Severity::Moderate),
        is_active: true,
        deactivated: new.is_active == Some(false),
        deletion_id: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
    }
}

fn apply(patch: AllergenPatch, row: AllergenRow) -> AllergenRow {
    AllergenRow {
        name: patch.name.map_or(row.name, Into::into),
        icon: patch.icon.map(Into::into).or(row.icon),
        description: patch.description.map(Into::into).or(row.description),
        is_mandatory: patch.is_mandatory.unwrap_or(row.is_mandatory),
        severity: patch.severity.unwrap_or(row.severity),
        deactivated: patch.is_active.map_or(row.deactivated, |active| !active),
        ..row
    }
}

fn entity(row: &AllergenRow) -> OfficeEntity {
    OfficeEntity::new(EntityKind::Allergen, row.id.get(), row.name.clone(), None)
}

/// The only unique key of an allergen is its name in the business.
fn named(done: Result<Answer>) -> Result<Answer> {
    match done {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Exists {
            code: ProblemCode::NameTaken,
            detail: "name: there is an allergen of this name already".into(),
        }),
        other => other,
    }
}

/// Adds an allergen.
///
/// # Errors
/// The business has one of that name.
pub async fn create(db: &Database, staff: &Staff<Management>, new: &NewAllergen, attempt: &Attempt) -> Result<Answer> {
    let created = change(db, "allergen.create", (staff, attempt), Done::Made, |act| async move {
        let row = act.uow.add_allergen(staff, row(new)).await?;
        let entity = entity(&row);
        let allergen = act.uow.allergen_now(row).await?;
        act.created(&entity, &allergen).await?;
        Ok(allergen)
    })
    .await;
    named(created)
}

/// Changes an allergen.
///
/// # Errors
/// No such allergen; the business has another of that name.
pub async fn update(
    db: &Database,
    staff: &Staff<Management>,
    id: AllergenId,
    patch: &AllergenPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let updated = change(db, "allergen.update", (staff, attempt), Done::Changed, |act| async move {
        let row = act.uow.allergen(staff, id).await?;
        let before = act.uow.allergen_now(row.clone()).await?;
        let row = act.uow.set_allergen(&row, apply(patch.clone(), row.clone())).await?;
        let entity = entity(&row);
        let after = act.uow.allergen_now(row).await?;
        act.updated(&entity, &before, &after).await?;
        Ok(after)
    })
    .await;
    named(updated)
}
