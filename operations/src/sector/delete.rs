//! The office gives a sector up: its places on the roster go with it, and its tables stand in none until they are given
//! another. A sector of every branch is the administrator's, as making one is (C8).

use crate::{Error, Result, office};
use auth::{Management, Staff};
use domain::{SectorId, office::EntityKind};
use store::{Answer, Attempt, Database};

/// Deletes a sector.
///
/// # Errors
/// No such sector or not in the caller's branches; it is a sector of every branch and the caller a manager.
pub async fn delete(db: &Database, staff: &Staff<Management>, id: SectorId, attempt: &Attempt) -> Result<Answer> {
    // A sector's branch never changes, so it may be asked before the lock; a repeat finds its first answer behind it.
    let is_global = db.find_sector(staff, id).await?.is_some_and(|sector| sector.branch_id.is_none());
    if is_global && !staff.is_admin() {
        return Err(Error::Forbidden("Only an administrator can delete a sector of every branch"));
    }
    office::delete(db, staff, EntityKind::Sector, id.get(), attempt).await
}
