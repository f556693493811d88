//! The office lays many tables at once: codes `PREFIX-NN`, the first free numbers of each sector; all or none.

use super::{entity, named};
use crate::{
    Error, Result,
    command::{Act, Done},
    office::change,
};
use auth::{Author, Management, Staff};
use domain::{event::Event, table::code::number};
use serde_json::{Value, json};
use store::{Answer, Attempt, BranchRow, Database};
use wire::table::{Batch, Laid, OfficeTable};

/// Most tables of one request.
const MOST: usize = 200;

/// Adds the tables of a batch.
///
/// # Errors
/// No such branch or sector, or not the caller's; none, or too many.
pub async fn batch(db: &Database, staff: &Staff<Management>, batch: &Batch, attempt: &Attempt) -> Result<Answer> {
    let total: i64 = batch.tables.iter().map(|row| i64::from(row.count.get())).sum();
    if batch.tables.is_empty() || total > i64::try_from(MOST).unwrap_or(i64::MAX) {
        return Err(Error::Invalid("tables: must be from 1 to 200 tables in all"));
    }
    let laid = change(db, "table.batch", (staff, attempt), Done::Made, |act| async move {
        let branch = act.uow.lock_branch(staff, batch.branch_id).await?;
        let sectors = act.uow.sectors_of(staff, branch.id).await?;
        let mut taken = act.uow.table_codes(staff, branch.id).await?;
        let mut rows = Vec::new();
        for wanted in &batch.tables {
            let Some(sector) = sectors.iter().find(|sector| sector.id == wanted.sector_id) else {
                act.uow.ensure_sector(staff, wanted.sector_id).await?;
                return Err(Error::Invalid("sector_id: is another branch's"));
            };
            let count = usize::try_from(wanted.count.get()).unwrap_or_default();
            let codes = number(&sector.prefix, count, &mut taken);
            let (sector, capacity) = (Some(sector.id), wanted.capacity.get());
            rows.extend(codes.into_iter().map(|code| store::NewTable { code, capacity, sector, deactivated: false }));
        }
        let tables = act.lay(&branch, rows).await?;
        Ok(Laid { created_count: tables.len(), tables })
    })
    .await;
    named(laid)
}

impl<C: Author> Act<'_, C> {
    /// Adds these tables to a branch.
    pub(crate) async fn lay(&self, branch: &BranchRow, rows: Vec<store::NewTable>) -> Result<Vec<OfficeTable>> {
        let ids = self.uow.insert_tables(branch, rows).await?;
        let tables = self.uow.office_tables(self.by, &ids).await?;
        for table in &tables {
            self.audit_entity("CREATE", &entity(table), Value::Null, json!(table));
        }
        // One word for all: whoever hears it reads the tables again.
        if let Some(first) = tables.first().map(entity) {
            self.tell_branches(&first, Event::EntityCreated(first.as_event())).await?;
        }
        Ok(tables)
    }
}
