//! The office divides the floor: a sector of one branch, or of every branch, which only an administrator makes.
//!
//! `sector_prefix_active` backs the prefix.

use crate::{
    Error, Result,
    command::Done,
    office::{OfficeEntity, change},
};
use auth::{Management, Staff};
use domain::{ProblemCode, office::EntityKind};
use store::{Answer, Attempt, Database, view::sector_of};
use wire::sector::NewSector;

/// Adds a sector.
///
/// # Errors
/// No such branch or not the caller's; a manager makes a global one; the prefix is taken.
pub async fn create(db: &Database, staff: &Staff<Management>, new: &NewSector, attempt: &Attempt) -> Result<Answer> {
    let created = change(db, "sector.create", (staff, attempt), Done::Made, |act| async move {
        let branch = match new.branch_id {
            Some(branch) => Some(act.uow.lock_branch(staff, branch).await?.id),
            None if staff.is_admin() => None,
            None => return Err(Error::Forbidden("Only an administrator can add a sector of every branch")),
        };
        let (name, prefix) = (new.name.clone().into(), new.prefix.clone().into());
        let row = act.uow.insert_office_sector(staff.tenant_id(), branch, name, prefix).await?;
        let sector = sector_of(row);
        let entity = OfficeEntity::new(EntityKind::Sector, sector.id.get(), sector.name.clone(), branch);
        act.created(&entity, &sector).await?;
        Ok(sector)
    })
    .await;
    match created {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Exists {
            code: ProblemCode::PrefixTaken,
            detail: "prefix: the branch has a sector of this prefix already".into(),
        }),
        other => other,
    }
}
