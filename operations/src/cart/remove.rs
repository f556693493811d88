//! A diner takes a line out (M8). The row goes for good, so that the same dish can be added again
//! (diner-waiter.md §7.2); the session's lock makes sure that it goes once (I5).

use crate::{
    Result,
    command::{Done, command},
};
use auth::Diner;
use domain::{
    CartItemId,
    event::{Actor, ActorRole, CartLineRemoved, Event},
};
use store::{Answer, Attempt, Database};

/// Takes a line out of the table's cart.
///
/// # Errors
/// The session takes no orders; the line is not in its cart.
pub async fn remove(db: &Database, diner: &Diner, id: CartItemId, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "cart.remove",
        (diner, attempt),
        |uow| async move { uow.lock_session(diner, diner.session_id()).await },
        |act, session| async move {
            session.status.ensure_ordering()?;
            let row = act.uow.find_cart_line(&session, id).await?;
            act.uow.delete_cart_line(&session, &row).await?;
            act.uow.raise_cart_version(&session).await?;
            let actor = Actor { user_id: Some(row.diner_id.get()), role: ActorRole::Diner };
            let removed = CartLineRemoved { item_id: row.id, product_id: row.product_id, diner_id: row.diner_id };
            act.uow.emit(session.place(), actor, Event::CartItemRemoved(removed));
            Ok(Done::<()>::Nothing)
        },
    )
    .await
}
