//! A manager opens a closed session again: the table was closed by mistake, or its party came back to pay.
//!
//! What was canceled stays canceled. What was written off is owed again: the party is there to pay it (decisions/042).
//! Table, session and check are locked in that order; `table_session_live` backs the check that nobody else sits there
//! by now (I4, I5).

use crate::{
    Error, Result,
    command::{Act, Done, command},
};
use auth::{Management, Staff};
use domain::{
    Cents, ProblemCode, SessionId,
    event::{Event, TableRef},
    session::SessionStatus,
};
use serde_json::json;
use store::{Answer, Attempt, Change, CheckRow, Database, Locked, Seated};
use wire::session::ReopenedSession;

/// Opens it again, at the table it sat at last; a party with a check is paying.
///
/// # Errors
/// No such session; it is open; somebody sits at its table, or nobody may; the key was used for another request.
pub async fn reopen(db: &Database, staff: &Staff<Management>, id: SessionId, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "session.reopen",
        (staff, attempt),
        |uow| async move { uow.lock_seat(staff, id).await },
        |act, (table, session)| async move {
            let check = act.uow.lock_check_of(&session).await?;
            let status = session.status.reopen(check.is_some())?;
            if act.uow.lock_live_session(&table).await?.is_some() {
                let detail = format!("Table {} has an active session", table.code);
                return Err(Error::refused(ProblemCode::TableOccupied, detail));
            }
            let seated = table.status.seat()?;
            let table_status = if status == SessionStatus::Paying { seated.pay() } else { seated };
            act.uow.reopen_session(&session, status).await?;
            act.uow.set_table_status(&table, table_status).await?;
            let event = TableRef { table_code: table.code.clone(), table_status };
            act.emit(session.place(), Event::TableStatusChanged(event.into()));
            let owed_again = match &check {
                Some(check) => reopen_check(&act, &session, check).await?,
                None => Cents::ZERO,
            };
            act.audit(Change {
                action: "UPDATE",
                entity_type: "table_session",
                entity_id: id.get(),
                branch: Some(table.branch_id),
                before: json!({ "status": session.status, "table_status": table.status }),
                after: json!({ "status": status, "table_status": table_status, "table_code": table.code }),
            });
            let reopened = ReopenedSession {
                session_id: id,
                session_status: status,
                table_id: table.id,
                table_code: table.code.clone(),
                table_status,
                check_id: check.map(|check| check.id),
                write_off_reversed_cents: owed_again,
            };
            Ok(Done::Changed(reopened))
        },
    )
    .await
}

/// The check may change again, and what was written off of it is owed. Returns how much that is.
async fn reopen_check(
    act: &Act<'_, Staff<Management>>,
    session: &Locked<Seated>,
    check: &Locked<CheckRow>,
) -> Result<Cents> {
    act.uow.reopen_check(check).await?;
    if check.written_off_cents > Cents::ZERO {
        act.reverse_write_offs((session, check), "session.reopen").await?;
    }
    Ok(check.written_off_cents)
}
