//! The office changes a table: its code, seats and sector, and whether it is in use.
//!
//! Under the table's lock nobody sits down meanwhile; while a party sits there its status is theirs.

use super::{ensure_no_join_code, entity, named};
use crate::{
    Error, Result,
    command::Done,
    office::{change, ensure_free},
};
use auth::{Management, Scope, Staff};
use domain::{
    Patch, TableId,
    event::{Event, TableRef},
    office::Whole,
};
use store::{Answer, Attempt, Database, TableRow};
use wire::table::TablePatch;

/// Changes a table.
///
/// # Errors
/// No such table, or not in the caller's branches; no such sector there; a party sits there; the code is taken or looks
/// like a join code.
pub async fn update(
    db: &Database,
    staff: &Staff<Management>,
    id: TableId,
    patch: &TablePatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let updated = change(db, "table.update", (staff, attempt), Done::Changed, |act| async move {
        let table = act.uow.lock_office_table(staff, id).await?;
        if let Some(code) = patch.code.as_ref().filter(|code| code.as_str() != table.code) {
            ensure_no_join_code(code)?;
        }
        let in_use = act.uow.lock_tables_in_use(staff, &[id.get()]).await?;
        let status = match patch.status {
            Some(wanted) => table.status.by_office(wanted, !in_use.is_empty()).map_err(Error::Conflict)?,
            None => table.status,
        };
        if patch.is_active == Some(false) && !table.deactivated {
            ensure_free(&in_use, &[])?;
        }
        let sector = match (patch.sector_id, &patch.sector) {
            (Patch::Absent, None) => table.sector_id,
            (Patch::Value(sector), _) => act.sector(table.branch_id, Some(sector), None).await?,
            (_, Some(name)) => act.sector(table.branch_id, None, name.as_ref()).await?,
            (Patch::Null, None) => None,
        };
        let changed = TableRow {
            code: patch.code.clone().map_or_else(|| table.code.clone(), Into::into),
            capacity: patch.capacity.map_or(table.capacity, Whole::get),
            sector_id: sector,
            status,
            deactivated: patch.is_active.map_or(table.deactivated, |active| !active),
            ..(*table).clone()
        };
        let before = act.uow.office_tables(staff, &[id]).await?.pop().ok_or(Error::NotFound("table"))?;
        let now = act.uow.set_table(&table, changed).await?;
        let after = act.uow.office_tables(staff, &[id]).await?.pop().ok_or(Error::NotFound("table"))?;
        act.updated(&entity(&after), &before, &after).await?;
        if now.status != table.status {
            let event = TableRef { table_code: now.code.clone(), table_status: now.status };
            act.uow.emit(now.place(), staff.actor(now.branch_id), Event::TableStatusChanged(event.into()));
        }
        Ok(after)
    })
    .await;
    named(updated)
}
