//! The table starts its order anew (M10). Under the session's lock, so a line added at the same moment is either gone
//! with the others or stays whole (I5).

use crate::{
    Result,
    command::{Done, command},
};
use auth::Diner;
use store::{Answer, Attempt, Database};

/// Empties the table's cart. An empty one is told to be empty again: some phone may show a ghost.
///
/// # Errors
/// The session takes no orders.
pub async fn clear(db: &Database, diner: &Diner, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "cart.clear",
        (diner, attempt),
        |uow| async move { uow.lock_session(diner, diner.session_id()).await },
        |act, session| async move {
            session.status.ensure_ordering()?;
            act.uow.clear_cart(&session).await?;
            act.uow.raise_cart_version(&session).await?;
            act.emit_cart_cleared(&session);
            Ok(Done::<()>::Nothing)
        },
    )
    .await
}
