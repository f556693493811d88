//! A table is wiped clean for the next party (W24).
//!
//! The same departure as closing; without a live session it heals a table whose status says somebody is there.

use super::departure::{depart, ensure_settled, last_account};
use crate::Result;
use auth::{Floor, Staff};
use domain::{TableId, table::TableStatus};
use serde::Serialize;
use serde_json::json;
use store::{Answer, Attempt, Change, Database, Locked, UnitOfWork};
use utoipa::ToSchema;

/// The table after it was cleared.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClearedTable {
    /// The table.
    pub table_id: TableId,
    /// FREE, unless the office took the table out of use.
    pub status: TableStatus,
}

/// Ends the session at a table, if there is one, and frees the table.
///
/// # Errors
/// No such table; a check that is not paid; the key was used for another request.
pub async fn clear(db: &Database, staff: &Staff<Floor>, id: TableId, attempt: &Attempt) -> Result<Answer> {
    db.transaction("session.clear", |uow| async move {
        let table = uow.lock_table(staff, id).await?;
        if let Some(first) = uow.first_answer(staff, attempt).await? {
            return Ok(first);
        }
        let status = match uow.lock_live_session(&table).await? {
            Some(session) => {
                let check = uow.lock_check_of(&session).await?;
                if let Some(check) = &check {
                    ensure_settled(&last_account(&uow, staff, &session, check).await?)?;
                }
                depart(&uow, staff, attempt, &table, &session, check.as_ref(), false).await?
            }
            None => heal(&uow, staff, attempt, &table).await?,
        };
        let cleared = ClearedTable { table_id: id, status };
        Ok(uow.answer(staff, attempt, Answer::json(200, &cleared)?).await?)
    })
    .await
}

/// Frees a table that nobody sits at; no event, for nobody left (W24).
async fn heal(
    uow: &UnitOfWork,
    staff: &Staff<Floor>,
    attempt: &Attempt,
    table: &Locked<store::TableRow>,
) -> Result<TableStatus> {
    let status = table.status.free();
    if status != table.status {
        uow.set_table_status(table, status).await?;
        let change = Change {
            action: "UPDATE",
            entity_type: "table",
            entity_id: table.id.get(),
            branch: Some(table.branch_id),
            before: json!({ "status": table.status }),
            after: json!({ "status": status }),
        };
        uow.audit(staff, attempt, change);
    }
    Ok(status)
}
