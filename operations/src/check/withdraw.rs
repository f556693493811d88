//! Staff take the check back: the party wants one more coffee.
//!
//! A round cannot be added while the party pays; this is how it can again. What was paid stays, and the check keeps its
//! number: asked for once more, it takes on what was ordered meanwhile.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Floor, Staff};
use domain::{
    SessionId,
    event::{Event, TableRef},
};
use serde_json::json;
use store::{Answer, Attempt, Change, Database};
use wire::check::WithdrawnCheck;

/// Withdraws the session's check.
///
/// # Errors
/// No such session or check; the check is paid or withdrawn already; the key was used for another request.
pub async fn withdraw(db: &Database, staff: &Staff<Floor>, session_id: SessionId, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "check.withdraw",
        (staff, attempt),
        |uow| async move { uow.lock_seat(staff, session_id).await },
        |act, (table, session)| async move {
            let check = act.uow.lock_check_of(&session).await?.ok_or(Error::NotFound("check"))?;
            check.status.withdraw().map_err(Error::Conflict)?;
            let session_status = session.status.withdraw_check().map_err(Error::Conflict)?;
            let table_status = table.status.resume();
            let settled = act.settle_check((&session, &check), true, None, "check.withdraw").await?;
            act.uow.set_session_status(&session, session_status).await?;
            act.uow.set_table_status(&table, table_status).await?;
            act.uow.forget_late_phones(&session).await?;
            let state = TableRef { table_code: table.code.clone(), table_status };
            act.emit(session.place(), Event::TableStatusChanged(state.into()));
            let change = Change {
                action: "UPDATE",
                entity_type: "check",
                entity_id: check.id.get(),
                branch: Some(check.branch_id),
                before: json!({ "status": check.status }),
                after: json!({ "status": settled.status, "paid_cents": settled.paid }),
            };
            act.audit(change);
            let withdrawn = WithdrawnCheck {
                check_id: check.id,
                session_id,
                status: settled.status,
                session_status,
                table_status,
                total_cents: settled.total,
                paid_cents: settled.paid,
            };
            Ok(Done::Changed(withdrawn))
        },
    )
    .await
}
