//! Modifiers: what diners may choose of a product, at a price on top of its own. They are the whole business's; what
//! was ordered before keeps name and price as they were.

mod products;

pub use products::{CustomizationProducts, link, replace, unlink};

use crate::{
    Error, Result,
    command::Done,
    office::{OfficeEntity, change},
};
use auth::{Management, Scope, Staff};
use domain::{
    CustomizationId, Patch,
    office::{Blank, EntityKind, Price, Whole},
    patch::present,
    text::Name,
};
use serde::Deserialize;
use store::{Answer, Attempt, Database, SetCustomization, view::Customization};
use utoipa::ToSchema;

/// A modifier to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewCustomization {
    /// 1 to 100 characters, unique in its category.
    pub name: Name<100>,
    /// Modifiers of one kind stand together; at most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub category: Blank<Name<50>>,
    /// What it adds to the price of one, in cents; nothing when not said.
    #[serde(default)]
    pub extra_cost_cents: Option<Price>,
    /// Its place among its like: 0 to 9999.
    #[serde(default)]
    pub order: Option<Whole<0, 9999>>,
}

/// What to change. An absent field stays as it is; null clears the category.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CustomizationPatch {
    /// 1 to 100 characters, unique in its category.
    #[serde(default, deserialize_with = "present")]
    pub name: Option<Name<100>>,
    /// At most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub category: Patch<Blank<Name<50>>>,
    /// What it adds to the price of one, in cents.
    #[serde(default, deserialize_with = "present")]
    pub extra_cost_cents: Option<Price>,
    /// Its place among its like: 0 to 9999.
    #[serde(default, deserialize_with = "present")]
    pub order: Option<Whole<0, 9999>>,
}

impl NewCustomization {
    fn set(&self) -> SetCustomization {
        SetCustomization {
            name: self.name.clone().into(),
            category: self.category.clone().into(),
            extra_cost_cents: self.extra_cost_cents.map_or(domain::Cents::ZERO, Price::cents),
            order: self.order.map_or(0, Whole::get),
        }
    }
}

impl CustomizationPatch {
    fn set(&self, now: &Customization) -> SetCustomization {
        let category = match self.category.clone() {
            Patch::Absent => now.category.clone(),
            Patch::Null => None,
            Patch::Value(category) => category.into(),
        };
        SetCustomization {
            name: self.name.clone().map_or_else(|| now.name.clone(), Into::into),
            category,
            extra_cost_cents: self.extra_cost_cents.map_or(now.extra_cost_cents, Price::cents),
            order: self.order.map_or(now.order, Whole::get),
        }
    }
}

fn entity(customization: &Customization) -> OfficeEntity {
    OfficeEntity::new(EntityKind::Customization, customization.id.get(), customization.name.clone(), None)
}

/// Its only unique key is its name within its category; the contract knows that as 400.
fn named(done: Result<Answer>) -> Result<Answer> {
    match done {
        Err(Error::Store(store::Error::Taken(_))) => {
            Err(Error::refused("name_taken", "name: there is one of this name in this category already"))
        }
        other => other,
    }
}

/// Adds a modifier that can be chosen of nothing yet.
///
/// # Errors
/// Its category has one of that name.
pub async fn create(
    db: &Database,
    staff: &Staff<Management>,
    new: &NewCustomization,
    attempt: &Attempt,
) -> Result<Answer> {
    let created = change(db, "customization.create", (staff, attempt), Done::Made, |act| async move {
        let id = act.uow.insert_customization(staff, new.set()).await?;
        let customization = act.uow.customization(staff, id).await?;
        act.created(&entity(&customization), &customization).await?;
        Ok(customization)
    })
    .await;
    named(created)
}

/// Changes a modifier.
///
/// # Errors
/// No such modifier; its category has another of that name; a branch that is not the caller's has it on its menu.
pub async fn update(
    db: &Database,
    staff: &Staff<Management>,
    id: CustomizationId,
    patch: &CustomizationPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let updated = change(db, "customization.update", (staff, attempt), Done::Changed, |act| async move {
        let before = act.uow.customization(staff, id).await?;
        ensure_own(staff, &act.uow.branches_choosing(&before).await?)?;
        act.uow.set_customization(id, patch.set(&before)).await?;
        let after = act.uow.customization(staff, id).await?;
        act.updated(&entity(&after), &before, &after).await?;
        Ok(after)
    })
    .await;
    named(updated)
}

/// Deletes a modifier.
///
/// # Errors
/// No such modifier; a branch that is not the caller's has it on its menu.
pub async fn delete(
    db: &Database,
    staff: &Staff<Management>,
    id: CustomizationId,
    attempt: &Attempt,
) -> Result<Answer> {
    change(
        db,
        "customization.delete",
        (staff, attempt),
        |()| Done::Nothing,
        |act| async move {
            let before = act.uow.customization(staff, id).await?;
            ensure_own(staff, &act.uow.branches_choosing(&before).await?)?;
            act.delete(EntityKind::Customization, id.get()).await
        },
    )
    .await
}

/// A manager changes no other branch's menu (admin-kitchen.md §5.3).
fn ensure_own(scope: &impl Scope, branches: &[domain::BranchId]) -> Result<()> {
    if branches.iter().all(|branch| scope.admits(*branch)) {
        return Ok(());
    }
    Err(Error::Forbidden("Another branch has it on its menu"))
}
