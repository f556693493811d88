//! A diner calls (M13).
//!
//! At most one call of a kind is open per session, held by the session's lock and `service_call_open`: asking again
//! reminds the waiters of the call there is. It comes from the table where the session sits, not from the scanned one.

use super::{reference, seen};
use crate::Result;
use auth::{Diner, Scope};
use domain::{call::CallType, event::Event};
use store::{Answer, Attempt, Database};

/// Makes the call, or repeats the one that is open.
///
/// # Errors
/// The session is closed; the key was used for another request.
pub async fn create(db: &Database, diner: &Diner, kind: CallType, attempt: &Attempt) -> Result<Answer> {
    db.transaction("call.create", |uow| async move {
        let session = uow.lock_session(diner, diner.session_id()).await?;
        if let Some(first) = uow.first_answer(diner, attempt).await? {
            return Ok(first);
        }
        session.session.status.ensure_live()?;
        let call = match uow.find_open_call(&session, kind).await? {
            Some(call) => call,
            None => uow.insert_call(&session, kind).await?,
        };
        let actor = diner.actor(diner.branch_id());
        uow.emit(session.place(), actor, Event::ServiceCallCreated(reference(&call)));
        Ok(uow.answer(diner, attempt, Answer::json(200, &seen(&session, &call))?).await?)
    })
    .await
}
