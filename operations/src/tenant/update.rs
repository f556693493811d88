//! The office changes how the business presents itself. Every branch is told, and menus show it from now on.

use crate::{Result, command::Done, office::change};
use auth::{AdminOnly, Staff};
use domain::event::{EntityRef, Event};
use store::{Answer, Attempt, Change, Database, TenantRow, view::tenant_of};
use wire::tenant::TenantPatch;

fn apply(patch: TenantPatch, row: TenantRow) -> TenantRow {
    TenantRow {
        name: patch.name.map_or(row.name, Into::into),
        description: patch.description.map_or(row.description, Into::into),
        logo: patch.logo.map_or(row.logo, Into::into),
        theme_color: patch.theme_color.map_or(row.theme_color, Into::into),
        language: patch.language.map_or(row.language, Into::into),
        ..row
    }
}

/// Changes the business.
///
/// # Errors
/// The database failed.
pub async fn update(db: &Database, staff: &Staff<AdminOnly>, patch: &TenantPatch, attempt: &Attempt) -> Result<Answer> {
    change(db, "tenant.update", (staff, attempt), Done::Changed, |act| async move {
        let before = act.uow.tenant(staff).await?;
        let row = act.uow.set_tenant(&before, apply(patch.clone(), before.clone())).await?;
        let (before, after) = (tenant_of(before), tenant_of(row));
        let id = after.id.get();
        if let Some(change) = Change::update("tenant", id, None, &before, &after)? {
            act.uow.audit(staff, attempt, change);
            for branch in act.uow.branches_of_business(staff).await? {
                let entity = EntityRef { entity_type: "tenant", entity_id: id, entity_name: Some(after.name.clone()) };
                act.emit_in(branch, Event::EntityUpdated(entity));
                act.uow.raise_menu_version(branch).await?;
            }
        }
        Ok(after)
    })
    .await
}
