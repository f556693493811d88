//! A waiter seats a party (W10).
//!
//! Under the table's lock only a free table without a live session is given away, so of two waiters, or of a waiter
//! and a scanning phone, one opens the session; `table_session_live` backs it (I5).

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Floor, Staff};
use domain::{
    ProblemCode, TableId,
    event::{Event, Place, TableRef},
    session::{Covers, OpenedBy},
    text::Text,
};
use serde_json::json;
use store::{Answer, Attempt, Change, Database, NewSession};
use wire::session::Activated;

/// Who sits down.
#[derive(Clone, Debug)]
pub struct Party {
    /// How many guests.
    pub covers: Covers,
    /// The waiter's note.
    pub notes: Option<Text<200>>,
}

/// Opens a session at a free table for a party that a waiter counted.
///
/// # Errors
/// No such table; it is not free, or somebody sits there; the key was used for another request.
pub async fn activate(
    db: &Database,
    staff: &Staff<Floor>,
    id: TableId,
    party: &Party,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "session.activate",
        (staff, attempt),
        |uow| async move { uow.lock_table(staff, id).await },
        |act, table| async move {
        let status = table.status.activate()?;
        if act.uow.lock_live_session(&table).await?.is_some() {
            return Err(Error::refused(ProblemCode::TableOccupied, format!("Table {} has an active session", table.code)));
        }
        let waiter = staff.user_id();
        let new = NewSession {
            opened_by: OpenedBy::Waiter,
            waiter: Some(waiter),
            covers: Some(party.covers.get()),
            notes: party.notes.clone().map(Into::into),
        };
        let session = act.uow.insert_session(&table, new).await?;
        act.uow.set_table_status(&table, status).await?;
        let place = Place { session_id: Some(session.id), ..table.place() };
        let event = TableRef { table_code: table.code.clone(), table_status: status };
        act.emit(place, Event::TableSessionStarted(event));
        let change = Change {
            action: "CREATE",
            entity_type: "table_session",
            entity_id: session.id.get(),
            branch: Some(table.branch_id),
            before: serde_json::Value::Null,
            after: json!({ "table_id": id, "table_code": table.code, "covers": party.covers, "notes": session.notes }),
        };
        act.audit(change);
        let activated = Activated {
            session_id: session.id,
            table_id: id,
            table_code: table.code.clone(),
            status: session.status,
            opened_at: session.opened_at,
            opened_by: session.opened_by,
            opened_by_waiter_id: waiter,
            diner_count: party.covers,
        };
        Ok(Done::Changed(activated))
        },
    )
    .await
}
