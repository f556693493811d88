//! A command that calls the provider has no transaction around all of it (I6), so whether this very one was answered
//! before is asked first, and its key is claimed with the effect, in the transaction that keeps the answer (I7).

use crate::{Error, Result};
use auth::Scope;
use store::{Answer, Attempt, Database};

/// The answer this command was given earlier, if it was. Claims nothing: what is refused later leaves its key free.
///
/// # Errors
/// The key was used for another request.
pub(super) async fn answered(db: &Database, scope: &impl Scope, attempt: &Attempt) -> Result<Option<Answer>> {
    let known = db
        .transaction("payment.answered", |uow| async move {
            // The claim that a look makes goes with the rollback.
            uow.first_answer(scope, attempt).await?.ok_or(Error::NotFound("answer"))
        })
        .await;
    match known {
        Ok(first) => Ok(Some(first)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
