//! Modifiers: what diners may choose of a product, at a price on top of its own. They are the whole business's; what
//! was ordered before keeps name and price as they were.

mod products;

pub use products::{link, replace, unlink};

use crate::{
    Error, Result,
    command::Done,
    office::{OfficeEntity, change},
};
use auth::{Management, Scope, Staff};
use domain::{
    CustomizationId, Patch, ProblemCode,
    office::{EntityKind, Price, Whole},
};
use store::{Answer, Attempt, Database, SetCustomization};
use wire::customization::{Customization, CustomizationPatch, NewCustomization};

fn first(new: &NewCustomization) -> SetCustomization {
    SetCustomization {
        name: new.name.clone().into(),
        category: new.category.clone().into(),
        extra_cost_cents: new.extra_cost_cents.map_or(domain::Cents::ZERO, Price::cents),
        order: new.order.map_or(0, Whole::get),
    }
}

fn changed(patch: &CustomizationPatch, now: &Customization) -> SetCustomization {
    let category = match patch.category.clone() {
        Patch::Absent => now.category.clone(),
        Patch::Null => None,
        Patch::Value(category) => category.into(),
    };
    SetCustomization {
        name: patch.name.clone().map_or_else(|| now.name.clone(), Into::into),
        category,
        extra_cost_cents: patch.extra_cost_cents.map_or(now.extra_cost_cents, Price::cents),
        order: patch.order.map_or(now.order, Whole::get),
    }
}

fn entity(customization: &Customization) -> OfficeEntity {
    OfficeEntity::new(EntityKind::Customization, customization.id.get(), customization.name.clone(), None)
}

/// Its only unique key is its name within its category; the contract knows that as 400.
fn named(done: Result<Answer>) -> Result<Answer> {
    match done {
        Err(Error::Store(store::Error::Taken(_))) => {
            Err(Error::refused(ProblemCode::NameTaken, "name: there is one of this name in this category already"))
        }
        other => other,
    }
}

/// Adds a modifier that can be chosen of nothing yet.
///
/// # Errors
/// Its category has one of that name; what it costs cannot be paid in the currency of a branch.
pub async fn create(
    db: &Database,
    staff: &Staff<Management>,
    new: &NewCustomization,
    attempt: &Attempt,
) -> Result<Answer> {
    let created = change(db, "customization.create", (staff, attempt), Done::Made, |act| async move {
        let row = first(new);
        act.ensure_payable_everywhere("extra_cost_cents", row.extra_cost_cents).await?;
        let id = act.uow.insert_customization(staff, row).await?;
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
/// No such modifier; its category has another of that name; what it costs cannot be paid in the currency of a branch; a
/// branch that is not the caller's has it on its menu.
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
        let row = changed(patch, &before);
        if row.extra_cost_cents != before.extra_cost_cents {
            act.ensure_payable_everywhere("extra_cost_cents", row.extra_cost_cents).await?;
        }
        act.uow.set_customization(id, row).await?;
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
