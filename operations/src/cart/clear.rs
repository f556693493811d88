//! The table starts its order anew (M10). Under the session's lock, so a line added at the same moment is either gone
//! with the others or stays whole (I5).

use crate::Result;
use auth::{Diner, Scope};
use store::{Answer, Attempt, Database};

/// Empties the table's cart. An empty one is told to be empty again: some phone may show a ghost.
///
/// # Errors
/// The session takes no orders.
pub async fn clear(db: &Database, diner: &Diner, attempt: &Attempt) -> Result<Answer> {
    db.transaction("cart.clear", |uow| async move {
        let session = uow.lock_session(diner, diner.session_id()).await?;
        if let Some(first) = uow.first_answer(diner, attempt).await? {
            return Ok(first);
        }
        session.session.status.ensure_ordering()?;
        uow.clear_cart(&session).await?;
        uow.raise_cart_version(&session).await?;
        uow.emit_cart_cleared(&session, diner.actor(diner.branch_id()));
        Ok(uow.answer(diner, attempt, Answer::empty()).await?)
    })
    .await
}
