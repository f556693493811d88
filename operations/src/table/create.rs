//! The office lays one table.
//!
//! `dining_table_code_active` backs the code; the office lock keeps branch and sector from being deleted meanwhile.

use super::{ensure_no_join_code, entity, named, sector_named};
use crate::{
    Error, Result,
    command::{Act, Done},
    office::change,
};
use auth::{Management, RoleSet, Staff};
use domain::{BranchId, SectorId, office::Whole, text::Name};
use store::{Answer, Attempt, Database};
use wire::table::NewTable;

/// Seats of a table when nobody says.
pub(super) const SEATS: i32 = 4;

/// Adds a table.
///
/// # Errors
/// No such branch or sector, or not the caller's; the branch has a table of that code, or it looks like a join code.
pub async fn create(db: &Database, staff: &Staff<Management>, new: &NewTable, attempt: &Attempt) -> Result<Answer> {
    ensure_no_join_code(&new.code)?;
    let created = change(db, "table.create", (staff, attempt), Done::Made, |act| async move {
        let branch = act.uow.lock_branch(staff, new.branch_id).await?;
        let row = store::NewTable {
            code: new.code.clone().into(),
            capacity: new.capacity.map_or(SEATS, Whole::get),
            sector: act.sector(branch.id, new.sector_id, new.sector.as_ref()).await?,
            deactivated: new.is_active == Some(false),
        };
        let ids = act.uow.insert_tables(&branch, vec![row]).await?;
        let table = act.uow.office_tables(staff, &ids).await?.pop().ok_or(Error::NotFound("table"))?;
        act.created(&entity(&table), &table).await?;
        Ok(table)
    })
    .await;
    named(created)
}

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// The sector that a form means, by id or by name.
    pub(super) async fn sector(
        &self,
        branch: BranchId,
        id: Option<SectorId>,
        name: Option<&Name<100>>,
    ) -> Result<Option<SectorId>> {
        if id.is_none() && name.is_none() {
            return Ok(None);
        }
        let sectors = self.uow.sectors_of(self.by, branch).await?;
        match (id, name) {
            (Some(id), _) if sectors.iter().any(|sector| sector.id == id) => Ok(Some(id)),
            (Some(id), _) => {
                self.uow.ensure_sector(self.by, id).await?;
                Err(Error::Invalid("sector_id: is another branch's"))
            }
            (None, Some(name)) => sector_named(&sectors, name.as_str()).map(Some),
            (None, None) => Ok(None),
        }
    }
}
