//! The office changes a category. Its branch is not one of the things that can change.

use super::{entity, named};
use crate::{
    Result,
    command::Done,
    office::{change, written},
};
use auth::{Management, Staff};
use domain::{
    CategoryId, Patch,
    menu::ServiceHours,
    office::{ImageUrl, Whole},
    patch::present,
    text::{Name, Text},
};
use serde::Deserialize;
use store::{Answer, Attempt, CategoryRow, Database, view::Category};
use utoipa::ToSchema;

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CategoryPatch {
    /// 1 to 100 characters, unique in the branch.
    #[serde(default, deserialize_with = "present")]
    pub name: Option<Name<100>>,
    /// An emoji or the name of an icon, at most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub icon: Patch<Text<50>>,
    /// A picture's address; null or an empty text takes it away.
    #[serde(default, deserialize_with = "present")]
    pub image: Option<ImageUrl>,
    /// Its place in the menu.
    #[serde(default, deserialize_with = "present")]
    pub order: Option<Whole<0, 9999>>,
    /// When it is served; null or an empty list for always.
    #[serde(default)]
    #[schema(value_type = Option<ServiceHours>)]
    pub service_hours: Patch<ServiceHours>,
    /// False takes it off the menu, with all that is in it, and true puts it back.
    #[serde(default, deserialize_with = "present")]
    pub is_active: Option<bool>,
}

impl CategoryPatch {
    fn apply(self, row: CategoryRow) -> CategoryRow {
        CategoryRow {
            name: self.name.map_or(row.name, Into::into),
            icon: self.icon.map(Into::into).or(row.icon),
            image: self.image.map_or(row.image, Into::into),
            display_order: self.order.map_or(row.display_order, Whole::get),
            service_hours: match &self.service_hours {
                Patch::Absent => row.service_hours,
                Patch::Null => None,
                Patch::Value(hours) => written(Some(hours)),
            },
            deactivated: self.is_active.map_or(row.deactivated, |active| !active),
            ..row
        }
    }
}

/// Changes a category.
///
/// # Errors
/// No such category or not in the caller's branches; the branch has another of that name.
pub async fn update(
    db: &Database,
    staff: &Staff<Management>,
    id: CategoryId,
    patch: &CategoryPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let updated = change(db, "category.update", (staff, attempt), Done::Changed, |act| async move {
        let before = act.uow.category(staff, id).await?;
        let row = act.uow.set_category(&before, patch.clone().apply(before.clone())).await?;
        let sold_in = act.uow.branches_selling(id, None).await?;
        let entity = entity(&row).shown_in(sold_in);
        let (before, after) = (Category::from(before), Category::from(row));
        act.updated(&entity, &before, &after).await?;
        Ok(after)
    })
    .await;
    named(updated)
}
