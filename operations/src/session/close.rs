//! A waiter closes a table (W11).
//!
//! Table and session are locked in that order, so a phone that scans the code at the same moment joins the session
//! before it ends or opens the next one, never neither (I4).

use super::departure::{depart, ensure_settled, last_account};
use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Floor, Staff};
use domain::{Cents, ProblemCode, Role, TableId, session::SessionStatus};
use store::{Answer, Attempt, Database};
use wire::session::ClosedSession;

/// Ends the session at a table. `force`, for administrators, ends it whatever is owed.
///
/// # Errors
/// No such table; nobody sits there; a check that is not paid, unless forced; force without being an administrator; the
/// key was used for another request.
pub async fn close(db: &Database, staff: &Staff<Floor>, id: TableId, force: bool, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "session.close",
        (staff, attempt),
        |uow| async move { uow.lock_table(staff, id).await },
        |act, table| async move {
            if force && !staff.roles_in(table.branch_id).has(Role::Admin) {
                return Err(Error::Forbidden("Only an administrator may force a table closed"));
            }
            let Some(session) = act.uow.lock_live_session(&table).await? else {
                return Err(Error::refused(
                    ProblemCode::NoActiveSession,
                    format!("Table {} has no active session", table.code),
                ));
            };
            let (total_cents, paid_cents) = match act.uow.lock_check_of(&session).await? {
                Some(check) => {
                    let account = last_account(&act, &session, &check).await?;
                    if !force {
                        ensure_settled(&account)?;
                    }
                    (account.total, account.paid)
                }
                None => (act.uow.session_total(&session).await?, Cents::ZERO),
            };
            let left = depart(&act, &table, &session, force).await?;
            let closed = ClosedSession {
                table_id: id,
                table_code: table.code.clone(),
                table_status: left.table_status,
                session_id: session.id,
                session_status: SessionStatus::Closed,
                total_cents,
                paid_cents,
                owed_cents: left.owed,
                closed_at: act.uow.now(),
            };
            Ok(Done::Changed(closed))
        },
    )
    .await
}
