//! A waiter takes a call (W18).
//!
//! Exactly one waiter wins: the call is read under its session's lock, so whoever comes second finds it taken.

use super::{reference, seen};
use crate::{
    Result,
    command::{Done, command},
};
use auth::{Floor, Staff};
use domain::{CallId, event::Event};
use serde_json::json;
use store::{Answer, Attempt, Change, Database};

/// Marks the call as taken by the caller.
///
/// # Errors
/// Not found; taken or done already; the key was used for another request.
pub async fn acknowledge(db: &Database, staff: &Staff<Floor>, id: CallId, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "call.acknowledge",
        (staff, attempt),
        |uow| async move { uow.lock_call(staff, id).await },
        |act, (session, call)| async move {
            let before = call.status;
            before.acknowledge()?;
            let call = act.uow.set_call_acked(&call, staff).await?;
            act.emit(session.place(), Event::ServiceCallAcked(reference(&call)));
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
