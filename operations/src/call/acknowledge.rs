//! A waiter takes a call (W18).
//!
//! Exactly one waiter wins: the call is read under its session's lock, so whoever comes second finds it taken.

use super::{reference, seen};
use crate::Result;
use auth::{Floor, Scope, Staff};
use domain::{CallId, event::Event};
use serde_json::json;
use store::{Answer, Attempt, Change, Database};

/// Marks the call as taken by the caller.
///
/// # Errors
/// Not found; taken or done already; the key was used for another request.
pub async fn acknowledge(db: &Database, staff: &Staff<Floor>, id: CallId, attempt: &Attempt) -> Result<Answer> {
    db.transaction("call.acknowledge", |uow| async move {
        let (session, call) = uow.lock_call(staff, id).await?;
        if let Some(first) = uow.first_answer(staff, attempt).await? {
            return Ok(first);
        }
        let before = call.status;
        before.acknowledge()?;
        let call = uow.set_call_acked(&call, staff).await?;
        uow.emit(session.place(), staff.actor(call.branch_id), Event::ServiceCallAcked(reference(&call)));
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
