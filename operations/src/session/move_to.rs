//! A party changes tables.
//!
//! The session itself moves: its phones, rounds and calls keep their ids, and everything finds its table through the
//! session (design.md §9), so the diners' tokens stay good. Both tables are locked in id order before the session (I4);
//! a round that is being sent meanwhile holds the session's lock and lands before or after the move, never nowhere.

use crate::{
    Error, Result,
    command::{Act, Done, command},
};
use auth::{Floor, Staff};
use domain::{
    ProblemCode, TableId,
    event::{Event, Place, TableRef, TableTransferred},
    table::TableStatus,
};
use serde_json::json;
use store::{Answer, Attempt, Change, Database, Locked};
use wire::session::MovedSession;

/// Moves the session at `from` to the free table `to`.
///
/// # Errors
/// No such table; nobody sits at `from`; `to` is not free or in another branch; the key was used for another request.
pub async fn move_to(
    db: &Database,
    staff: &Staff<Floor>,
    from: TableId,
    to: TableId,
    attempt: &Attempt,
) -> Result<Answer> {
    if from == to {
        return Err(Error::refused(ProblemCode::SameTable, "The party sits at that table already"));
    }
    command(
        db,
        "session.move_to",
        (staff, attempt),
        |uow| async move { uow.lock_two_tables(staff, from, to).await },
        |act, (source, target)| async move {
            if source.branch_id != target.branch_id {
                return Err(Error::refused(ProblemCode::AnotherBranch, "The tables are in different branches"));
            }
            let Some(session) = act.uow.lock_live_session(&source).await? else {
                return Err(Error::refused(
                    ProblemCode::NoActiveSession,
                    format!("Table {} has no active session", source.code),
                ));
            };
            let taken = target.status.receive(source.status.carried())?;
            if act.uow.lock_live_session(&target).await?.is_some() {
                return Err(Error::refused(
                    ProblemCode::TableOccupied,
                    format!("Table {} has an active session", target.code),
                ));
            }
            let left = source.status.free();
            act.uow.move_session(&session, &target).await?;
            act.uow.move_calls(&session, to).await?;
            act.uow.set_table_status(&source, left).await?;
            act.uow.set_table_status(&target, taken).await?;
            tell(&act, &session, [(&source, left), (&target, taken)]);
            let change = Change {
                action: "UPDATE",
                entity_type: "table_session",
                entity_id: session.id.get(),
                branch: Some(source.branch_id),
                before: json!({ "table_id": from, "table_code": source.code }),
                after: json!({ "table_id": to, "table_code": target.code }),
            };
            act.audit(change);
            let moved = MovedSession {
                session_id: session.id,
                from_table_id: from,
                from_table_code: source.code.clone(),
                from_table_status: left,
                table_id: to,
                table_code: target.code.clone(),
                table_status: taken,
            };
            Ok(Done::Changed(moved))
        },
    )
    .await
}

/// Each table's sector hears of the move, source first. The shipped clients know no TABLE_TRANSFERRED, so each table's
/// new state follows as an event they do read; at the source that is nobody's session any more.
fn tell(
    act: &Act<'_, Staff<Floor>>,
    session: &Locked<store::SessionRow>,
    tables: [(&Locked<store::TableRow>, TableStatus); 2],
) {
    let [(source, _), (target, _)] = tables;
    for ((table, status), other) in tables.into_iter().zip([target, source]) {
        let event = TableTransferred {
            table_code: table.code.clone(),
            table_status: status,
            session_id: session.id,
            other_table_code: Some(other.code.clone()),
            assigned_waiter_id: session.assigned_waiter_id,
        };
        let place = Place { session_id: Some(session.id), ..table.place() };
        act.emit(place, Event::TableTransferred(event));
    }
    for ((table, table_status), party) in tables.into_iter().zip([None, Some(session.id)]) {
        let event = TableRef { table_code: table.code.clone(), table_status };
        act.emit(Place { session_id: party, ..table.place() }, Event::TableStatusChanged(event.into()));
    }
}
