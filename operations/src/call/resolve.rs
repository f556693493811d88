//! A waiter did what a diner called for (W19).
//!
//! A call ends once, with or without an acknowledgement before; the second of two waiters is told that it is done.

use super::{reference, seen};
use crate::{
    Result,
    command::{Done, command},
};
use auth::{Floor, Staff};
use domain::{CallId, event::Event};
use serde_json::json;
use store::{Answer, Attempt, Change, Database};

/// Marks the call as done by the caller.
///
/// # Errors
/// Not found; done already; the key was used for another request.
pub async fn resolve(db: &Database, staff: &Staff<Floor>, id: CallId, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "call.resolve",
        (staff, attempt),
        |uow| async move { uow.lock_call(staff, id).await },
        |act, (session, call)| async move {
            let before = call.status;
            before.resolve()?;
            let call = act.uow.set_call_closed(&call, staff).await?;
            act.emit(session.place(), Event::ServiceCallClosed(reference(&call)));
            let change = Change {
                action: "UPDATE",
                entity_type: "service_call",
                entity_id: id.get(),
                branch: Some(call.branch_id),
                before: json!({ "status": before }),
                after: json!({ "status": call.status }),
            };
            act.audit(change);
            Ok(Done::Changed(seen(&session, &call)))
        },
    )
    .await
}
