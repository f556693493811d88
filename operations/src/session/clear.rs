//! A table is wiped clean for the next party (W24).
//!
//! The same departure as closing; without a live session it heals a table whose status says somebody is there.

use super::departure::{depart, ensure_settled, last_account};
use crate::{
    Result,
    command::{Act, Done, command},
};
use auth::{Floor, Staff};
use domain::{TableId, table::TableStatus};
use serde_json::json;
use store::{Answer, Attempt, Change, Database, Locked};
use wire::session::ClearedTable;

/// Ends the session at a table, if there is one, and frees the table.
///
/// # Errors
/// No such table; a check that is not paid; the key was used for another request.
pub async fn clear(db: &Database, staff: &Staff<Floor>, id: TableId, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "session.clear",
        (staff, attempt),
        |uow| async move { uow.lock_table(staff, id).await },
        |act, table| async move {
            let status = match act.uow.lock_live_session(&table).await? {
                Some(session) => {
                    let check = act.uow.lock_check_of(&session).await?;
                    if let Some(check) = &check {
                        ensure_settled(&last_account(&act, &session, check).await?)?;
                    }
                    depart(&act, &table, &session, false).await?.table_status
                }
                None => heal(&act, &table).await?,
            };
            let cleared = ClearedTable { table_id: id, status };
            Ok(Done::Changed(cleared))
        },
    )
    .await
}

/// Frees a table that nobody sits at; no event, for nobody left (W24).
async fn heal(act: &Act<'_, Staff<Floor>>, table: &Locked<store::TableRow>) -> Result<TableStatus> {
    let status = table.status.free();
    if status != table.status {
        act.uow.set_table_status(table, status).await?;
        let change = Change {
            action: "UPDATE",
            entity_type: "table",
            entity_id: table.id.get(),
            branch: Some(table.branch_id),
            before: json!({ "status": table.status }),
            after: json!({ "status": status }),
        };
        act.audit(change);
    }
    Ok(status)
}
