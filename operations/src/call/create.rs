//! A diner calls (M13).
//!
//! At most one call of a kind is open per session, held by the session's lock and `service_call_open`: asking again
//! reminds the waiters of the call there is. It comes from the table where the session sits, not from the scanned one.

use super::{reference, seen};
use crate::{
    Result,
    command::{Done, command},
};
use auth::Diner;
use domain::{call::CallType, event::Event};
use store::{Answer, Attempt, Database};

/// Makes the call, or repeats the one that is open.
///
/// # Errors
/// The session is closed; the key was used for another request.
pub async fn create(db: &Database, diner: &Diner, kind: CallType, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "call.create",
        (diner, attempt),
        |uow| async move { uow.lock_session(diner, diner.session_id()).await },
        |act, session| async move {
            session.status.ensure_live()?;
            let call = match act.uow.find_open_call(&session, kind).await? {
                Some(call) => call,
                None => act.uow.insert_call(&session, kind).await?,
            };
            act.emit(session.place(), Event::ServiceCallCreated(reference(&call)));
            Ok(Done::Changed(seen(&session, &call)))
        },
    )
    .await
}
