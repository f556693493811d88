//! The office changes how the business presents itself. Every branch is told, and menus show it from now on.

use crate::{Result, command::Done, office::change};
use auth::{AdminOnly, Staff};
use domain::{
    event::{EntityRef, Event},
    office::{Blank, ImageUrl},
    patch::present,
    text::{Color, Name, Text},
};
use serde::Deserialize;
use store::{Answer, Attempt, Change, Database, TenantRow, view::Tenant};
use utoipa::ToSchema;

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct TenantPatch {
    /// 1 to 100 characters.
    #[serde(default, deserialize_with = "present")]
    pub name: Option<Name<100>>,
    /// At most 2,000 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Blank<Text<2000>>>,
    /// A picture's address; null or an empty text takes it away.
    #[serde(default, deserialize_with = "present")]
    pub logo: Option<ImageUrl>,
    /// `#RRGGBB`
    #[serde(default, deserialize_with = "present")]
    pub theme_color: Option<Color>,
}

impl TenantPatch {
    fn apply(self, row: TenantRow) -> TenantRow {
        TenantRow {
            name: self.name.map_or(row.name, Into::into),
            description: self.description.map_or(row.description, Into::into),
            logo: self.logo.map_or(row.logo, Into::into),
            theme_color: self.theme_color.map_or(row.theme_color, Into::into),
            ..row
        }
    }
}

/// Changes the business.
///
/// # Errors
/// The database failed.
pub async fn update(db: &Database, staff: &Staff<AdminOnly>, patch: &TenantPatch, attempt: &Attempt) -> Result<Answer> {
    change(db, "tenant.update", (staff, attempt), Done::Changed, |act| async move {
        let before = act.uow.tenant(staff).await?;
        let row = act.uow.set_tenant(&before, patch.clone().apply(before.clone())).await?;
        let (before, after) = (Tenant::from(before), Tenant::from(row));
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
