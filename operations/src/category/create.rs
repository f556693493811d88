//! The office adds a category to a branch's menu.
//!
//! `category_name_active` backs the name; the office lock keeps the branch from being deleted meanwhile.

use super::{entity, named};
use crate::{
    Result,
    command::Done,
    office::{change, written},
};
use auth::{Management, Staff};
use domain::office::Whole;
use store::{Answer, Attempt, Database, view::category_of};
use wire::category::NewCategory;

/// Adds a category.
///
/// # Errors
/// No such branch or not the caller's; the branch has a category of that name.
pub async fn create(db: &Database, staff: &Staff<Management>, new: &NewCategory, attempt: &Attempt) -> Result<Answer> {
    let created = change(db, "category.create", (staff, attempt), Done::Made, |act| async move {
        let branch = act.uow.lock_branch(staff, new.branch_id).await?;
        let row = store::NewCategory {
            name: new.name.clone().into(),
            icon: new.icon.clone().map(Into::into),
            image: new.image.clone().into(),
            order: new.order.map(Whole::get),
            service_hours: written(new.service_hours.as_ref()),
            station: new.station.clone(),
            deactivated: new.is_active == Some(false),
        };
        act.ensure_station(branch.id, row.station.as_ref()).await?;
        let row = act.uow.insert_category(staff.tenant_id(), branch.id, row).await?;
        let entity = entity(&row);
        let category = category_of(row);
        act.created(&entity, &category).await?;
        Ok(category)
    })
    .await;
    named(created)
}
