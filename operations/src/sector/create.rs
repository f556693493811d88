//! The office divides the floor: a sector of one branch, or of every branch, which only an administrator makes.
//!
//! `sector_prefix_active` backs the prefix.

use crate::{
    Error, Result,
    command::{Act, Done},
    office::{OfficeEntity, change},
};
use auth::{Author, Management, Staff};
use domain::{BranchId, ProblemCode, office::EntityKind};
use store::{Answer, Attempt, Database, view::sector_of};
use wire::sector::{NewSector, Sector};

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
        act.add_sector(branch, new.name.clone().into(), new.prefix.clone().into()).await
    })
    .await;
    match created {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Conflict {
            code: ProblemCode::PrefixTaken,
            detail: "prefix: the branch has a sector of this prefix already".into(),
        }),
        other => other,
    }
}

impl<C: Author> Act<'_, C> {
    /// Adds a sector of one branch, or of every one.
    pub(crate) async fn add_sector(&self, branch: Option<BranchId>, name: String, prefix: String) -> Result<Sector> {
        let sector = sector_of(self.uow.insert_office_sector(self.by.tenant_id(), branch, name, prefix).await?);
        let entity = OfficeEntity::new(EntityKind::Sector, sector.id.get(), sector.name.clone(), branch);
        self.created(&entity, &sector).await?;
        Ok(sector)
    }
}
