//! What guests may have to avoid, and what else whoever cannot bear one allergen may not bear: the whole business's.

mod reaction;

pub use reaction::{
    CrossReactionPatch, NewCrossReaction, create as create_cross_reaction, update as update_cross_reaction,
};

use crate::{
    Error, Result,
    command::Done,
    office::{OfficeEntity, change},
};
use auth::{Management, Staff};
use domain::{
    AllergenId, Patch, TenantId,
    menu::Severity,
    office::EntityKind,
    patch::present,
    text::{Name, Text},
};
use serde::Deserialize;
use store::{AllergenRow, Answer, Attempt, Database};
use utoipa::ToSchema;

/// An allergen to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewAllergen {
    /// 1 to 100 characters, unique in the business.
    pub name: Name<100>,
    /// An emoji, at most 50 characters.
    #[serde(default)]
    pub icon: Option<Text<50>>,
    /// What it is found in, at most 500 characters.
    #[serde(default)]
    pub description: Option<Text<500>>,
    /// Whether the law asks for its declaration.
    #[serde(default)]
    pub is_mandatory: Option<bool>,
    /// How bad a reaction can be; moderate when not said.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// False keeps it out of the filters for now.
    #[serde(default)]
    pub is_active: Option<bool>,
}

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct AllergenPatch {
    /// 1 to 100 characters, unique in the business.
    #[serde(default, deserialize_with = "present")]
    pub name: Option<Name<100>>,
    /// An emoji, at most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub icon: Patch<Text<50>>,
    /// What it is found in, at most 500 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub description: Patch<Text<500>>,
    /// Whether the law asks for its declaration.
    #[serde(default, deserialize_with = "present")]
    pub is_mandatory: Option<bool>,
    /// How bad a reaction can be.
    #[serde(default, deserialize_with = "present")]
    pub severity: Option<Severity>,
    /// False takes it out of filters and declarations, true puts it back.
    #[serde(default, deserialize_with = "present")]
    pub is_active: Option<bool>,
}

impl NewAllergen {
    fn row(&self) -> AllergenRow {
        AllergenRow {
            // The database gives the id, and the store fills in whose it is and when it came.
            id: AllergenId(0),
            tenant_id: TenantId(0),
            name: self.name.clone().into(),
            icon: self.icon.clone().map(Into::into),
            description: self.description.clone().map(Into::into),
            is_mandatory: self.is_mandatory.unwrap_or_default(),
            severity: self.severity.unwrap_or(Severity::Moderate),
            is_active: true,
            deactivated: self.is_active == Some(false),
            deletion_id: None,
            created_at: chrono::DateTime::UNIX_EPOCH,
        }
    }
}

impl AllergenPatch {
    fn apply(self, row: AllergenRow) -> AllergenRow {
        AllergenRow {
            name: self.name.map_or(row.name, Into::into),
            icon: self.icon.map(Into::into).or(row.icon),
            description: self.description.map(Into::into).or(row.description),
            is_mandatory: self.is_mandatory.unwrap_or(row.is_mandatory),
            severity: self.severity.unwrap_or(row.severity),
            deactivated: self.is_active.map_or(row.deactivated, |active| !active),
            ..row
        }
    }
}

fn entity(row: &AllergenRow) -> OfficeEntity {
    OfficeEntity::new(EntityKind::Allergen, row.id.get(), row.name.clone(), None)
}

/// The only unique key of an allergen is its name in the business.
fn named(done: Result<Answer>) -> Result<Answer> {
    match done {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Conflict {
            code: "name_taken",
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
        let row = act.uow.add_allergen(staff, new.row()).await?;
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
        let row = act.uow.set_allergen(&row, patch.clone().apply(row.clone())).await?;
        let entity = entity(&row);
        let after = act.uow.allergen_now(row).await?;
        act.updated(&entity, &before, &after).await?;
        Ok(after)
    })
    .await;
    named(updated)
}
