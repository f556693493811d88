//! The parts of a category. Its category is not one of the things of a subcategory that can change.

use crate::{
    Error, Result,
    command::{Act, Done},
    office::{OfficeEntity, change},
};
use auth::{AdminOnly, RoleSet, Staff};
use domain::{
    BranchId, ProblemCode, SubcategoryId,
    office::{EntityKind, Whole},
};
use store::{Answer, Attempt, Database, SubcategoryRow, view::subcategory_of};
use wire::subcategory::{NewSubcategory, SubcategoryPatch};

fn apply(patch: SubcategoryPatch, row: SubcategoryRow) -> SubcategoryRow {
    SubcategoryRow {
        name: patch.name.map_or(row.name, Into::into),
        image: patch.image.map_or(row.image, Into::into),
        display_order: patch.order.map_or(row.display_order, Whole::get),
        deactivated: patch.is_active.map_or(row.deactivated, |active| !active),
        ..row
    }
}

/// The only unique key of a subcategory is its name in the category.
fn named(done: Result<Answer>) -> Result<Answer> {
    match done {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Exists {
            code: ProblemCode::NameTaken,
            detail: "name: the category has a subcategory of this name already".into(),
        }),
        other => other,
    }
}

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// A subcategory as events and audit rows name it.
    async fn part(&self, row: &SubcategoryRow, branch: BranchId) -> Result<OfficeEntity> {
        let sold_in = self.uow.branches_selling(row.category_id, Some(row.id)).await?;
        let entity = OfficeEntity::new(EntityKind::Subcategory, row.id.get(), row.name.clone(), Some(branch));
        Ok(entity.shown_in(sold_in))
    }
}

/// Adds a subcategory to a category.
///
/// # Errors
/// No such category; it has a subcategory of that name.
pub async fn create(
    db: &Database,
    staff: &Staff<AdminOnly>,
    new: &NewSubcategory,
    attempt: &Attempt,
) -> Result<Answer> {
    let created = change(db, "subcategory.create", (staff, attempt), Done::Made, |act| async move {
        let category = act.uow.category(staff, new.category_id).await?;
        let row = store::NewSubcategory {
            category_id: category.id,
            name: new.name.clone().into(),
            image: new.image.clone().into(),
            order: new.order.map(Whole::get),
            deactivated: new.is_active == Some(false),
        };
        let row = act.uow.add_subcategory(staff.tenant_id(), row).await?;
        let entity = act.part(&row, category.branch_id).await?;
        let subcategory = subcategory_of(row);
        act.created(&entity, &subcategory).await?;
        Ok(subcategory)
    })
    .await;
    named(created)
}

/// Changes a subcategory.
///
/// # Errors
/// No such subcategory; its category has another of that name.
pub async fn update(
    db: &Database,
    staff: &Staff<AdminOnly>,
    id: SubcategoryId,
    patch: &SubcategoryPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let updated = change(db, "subcategory.update", (staff, attempt), Done::Changed, |act| async move {
        let before = act.uow.subcategory(staff, id).await?;
        let row = act.uow.set_subcategory(&before.row, apply(patch.clone(), before.row.clone())).await?;
        let entity = act.part(&row, before.branch_id).await?;
        let (before, after) = (subcategory_of(before.row), subcategory_of(row));
        act.updated(&entity, &before, &after).await?;
        Ok(after)
    })
    .await;
    named(updated)
}
