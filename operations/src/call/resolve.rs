//! A waiter did what a diner called for (W19).
//!
//! A call ends once, with or without an acknowledgement before; the second of two waiters is told that it is done.

use super::{reference, seen};
use crate::Result;
use auth::{Floor, Scope, Staff};
use domain::{CallId, event::Event};
use serde_json::json;
use store::{Answer, Attempt, Change, Database};

/// Marks the call as done by the caller.
///
/// # Errors
/// Not found; done already; the key was used for another request.
pub async fn resolve(db: &Database, staff: &Staff<Floor>, id: CallId, attempt: &Attempt) -> Result<Answer> {
    db.transaction("call.resolve", |uow| async move {
        let (session, call) = uow.lock_call(staff, id).await?;
        if let Some(first) = uow.first_answer(staff, attempt).await? {
            return Ok(first);
        }
        let before = call.status;
        before.resolve()?;
        let call = uow.set_call_closed(&call, staff).await?;
        uow.emit(session.place(), staff.actor(call.branch_id), Event::ServiceCallClosed(reference(&call)));
        let change = Change {
            action: "UPDATE",
            entity_type: "service_call",
            entity_id: id.get(),
            branch: Some(call.branch_id),
            before: json!({ "status": before }),
            after: json!({ "status": call.status }),
        };
        uow.audit(staff, attempt, change);
        Ok(uow.answer(staff, attempt, Answer::json(200, &seen(&session, &call))?).await?)
    })
    .await
}
