//! The office changes a category. Its branch is not one of the things that can change.

use super::{entity, named};
use crate::{
    Result,
    command::Done,
    office::{change, written},
};
use auth::{Management, Staff};
use domain::{CategoryId, Patch, office::Whole};
use store::{Answer, Attempt, CategoryRow, Database, view::category_of};
use wire::category::CategoryPatch;

fn apply(patch: CategoryPatch, row: CategoryRow) -> CategoryRow {
    CategoryRow {
        name: patch.name.map_or(row.name, Into::into),
        icon: patch.icon.map(Into::into).or(row.icon),
        image: patch.image.map_or(row.image, Into::into),
        display_order: patch.order.map_or(row.display_order, Whole::get),
        service_hours: match &patch.service_hours {
            Patch::Absent => row.service_hours,
            Patch::Null => None,
            Patch::Value(hours) => written(Some(hours)),
        },
        station: patch.station.or(row.station),
        deactivated: patch.is_active.map_or(row.deactivated, |active| !active),
        ..row
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
        let changed = apply(patch.clone(), before.clone());
        if changed.station != before.station {
            act.ensure_station(before.branch_id, changed.station.as_ref()).await?;
        }
        let row = act.uow.set_category(&before, changed).await?;
        let sold_in = act.uow.branches_selling(id, None).await?;
        let entity = entity(&row).shown_in(sold_in);
        let (before, after) = (category_of(before), category_of(row));
        act.updated(&entity, &before, &after).await?;
        Ok(after)
    })
    .await;
    named(updated)
}
