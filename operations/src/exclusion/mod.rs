//! A branch leaves a category or a part of one out of its menu: what the guests of that branch do not see, nobody can
//! order there. The contract wants no event of it; the phones read the changed menu.

use crate::{
    Error, Result,
    command::{Act, Done},
    office::{OfficeEntity, change},
};
use auth::{AdminOnly, Staff};
use domain::{BranchId, CategoryId, ProblemCode, SubcategoryId, office::EntityKind};
use serde_json::json;
use store::{Answer, Attempt, Database};
use wire::exclusion::Exclusions;

/// Has exactly these branches leave a category out.
///
/// # Errors
/// No such category; a branch is not the business's.
pub async fn exclude_category(
    db: &Database,
    staff: &Staff<AdminOnly>,
    id: CategoryId,
    wanted: &Exclusions,
    attempt: &Attempt,
) -> Result<Answer> {
    let branches = &wanted.sorted();
    change(db, "exclusion.category", (staff, attempt), Done::Changed, |act| async move {
        let home = act.uow.category(staff, id).await?.branch_id;
        act.ensure_known(branches).await?;
        let before = act.uow.category_exclusion(staff, id).await?.ok_or(Error::NotFound("category"))?;
        act.uow.exclude_category(staff, id, branches).await?;
        let after = act.uow.category_exclusion(staff, id).await?.ok_or(Error::NotFound("category"))?;
        let entity = OfficeEntity::new(EntityKind::Category, id.get(), after.category_name.clone(), Some(home));
        act.note(&entity, &before.excluded_branch_ids, &after.excluded_branch_ids).await?;
        Ok(after)
    })
    .await
}

/// Has exactly these branches leave a subcategory out.
///
/// # Errors
/// No such subcategory; a branch is not the business's.
pub async fn exclude_subcategory(
    db: &Database,
    staff: &Staff<AdminOnly>,
    id: SubcategoryId,
    wanted: &Exclusions,
    attempt: &Attempt,
) -> Result<Answer> {
    let branches = &wanted.sorted();
    change(db, "exclusion.subcategory", (staff, attempt), Done::Changed, |act| async move {
        let home = act.uow.subcategory(staff, id).await?.branch_id;
        act.ensure_known(branches).await?;
        let before = act.uow.subcategory_exclusion(staff, id).await?.ok_or(Error::NotFound("subcategory"))?;
        act.uow.exclude_subcategory(staff, id, branches).await?;
        let after = act.uow.subcategory_exclusion(staff, id).await?.ok_or(Error::NotFound("subcategory"))?;
        let entity = OfficeEntity::new(EntityKind::Subcategory, id.get(), after.subcategory_name.clone(), Some(home));
        act.note(&entity, &before.excluded_branch_ids, &after.excluded_branch_ids).await?;
        Ok(after)
    })
    .await
}

impl Act<'_, Staff<AdminOnly>> {
    /// The contract knows an unknown branch as 400 here.
    async fn ensure_known(&self, branches: &[BranchId]) -> Result<()> {
        match self.uow.ensure_branches(self.by, branches).await {
            Err(store::Error::NotFound(_)) => Err(Error::refused(
                ProblemCode::UnknownBranch,
                "excluded_branch_ids: not all of these are branches of yours",
            )),
            other => Ok(other?),
        }
    }

    /// Notes the change, and voids the menus of the branches where something is another than before.
    async fn note(&self, entity: &OfficeEntity, before: &[BranchId], after: &[BranchId]) -> Result<()> {
        if before == after {
            return Ok(());
        }
        let said = |branches: &[BranchId]| json!({ "excluded_branch_ids": branches });
        self.audit_entity("UPDATE", entity, said(before), said(after));
        let mut changed: Vec<BranchId> = before.iter().filter(|branch| !after.contains(branch)).copied().collect();
        changed.extend(after.iter().filter(|branch| !before.contains(branch)));
        // Ascending, as every change of several branches locks their rows.
        changed.sort_unstable();
        for branch in changed {
            self.uow.raise_menu_version(branch).await?;
        }
        Ok(())
    }
}
