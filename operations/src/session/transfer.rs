//! A manager gives a table to another waiter.
//!
//! Only who serves tables in that branch can have one: a table given to anybody else would have no waiter at all.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Management, Staff};
use domain::{
    ProblemCode, TableId, UserId,
    event::{Event, Place, TableTransferred},
};
use serde_json::json;
use store::{Answer, Attempt, Change, Database};
use wire::session::TransferredTable;

/// Makes `target` the waiter of the table's session.
///
/// # Errors
/// No such table or waiter; nobody sits there; the target serves no tables in the branch; the key was used for another
/// request.
pub async fn transfer(
    db: &Database,
    staff: &Staff<Management>,
    id: TableId,
    target: UserId,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "session.transfer",
        (staff, attempt),
        |uow| async move { uow.lock_table(staff, id).await },
        |act, table| async move {
            let Some(session) = act.uow.lock_live_session(&table).await? else {
                return Err(Error::refused(
                    ProblemCode::NoActiveSession,
                    format!("Table {} has no active session", table.code),
                ));
            };
            if !act.uow.find_table_waiter(staff, target, table.branch_id).await? {
                return Err(Error::refused(ProblemCode::NotAWaiterHere, "The target serves no tables in this branch"));
            }
            act.uow.assign_session(&session, target).await?;
            let event = TableTransferred {
                table_code: table.code.clone(),
                table_status: table.status,
                session_id: session.id,
                other_table_code: None,
                assigned_waiter_id: Some(target),
            };
            let place = Place { session_id: Some(session.id), ..table.place() };
            act.emit(place, Event::TableTransferred(event));
            let change = Change {
                action: "UPDATE",
                entity_type: "table_session",
                entity_id: session.id.get(),
                branch: Some(table.branch_id),
                before: json!({ "assigned_waiter_id": session.assigned_waiter_id }),
                after: json!({ "assigned_waiter_id": target }),
            };
            act.audit(change);
            let transferred = TransferredTable {
                table_id: id,
                table_code: table.code.clone(),
                session_id: session.id,
                previous_waiter_id: session.assigned_waiter_id,
                assigned_waiter_id: target,
            };
            Ok(Done::Changed(transferred))
        },
    )
    .await
}
