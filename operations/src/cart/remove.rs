//! A diner takes a line out (M8). The row goes for good, so that the same dish can be added again
//! (diner-waiter.md §7.2); the session's lock makes sure that it goes once (I5).

use crate::Result;
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
    db.transaction("cart.remove", |uow| async move {
        let session = uow.lock_session(diner, diner.session_id()).await?;
        if let Some(first) = uow.first_answer(diner, attempt).await? {
            return Ok(first);
        }
        session.session.status.ensure_ordering()?;
        let row = uow.find_cart_line(&session, id).await?;
        uow.delete_cart_line(&session, &row).await?;
        uow.raise_cart_version(&session).await?;
        let actor = Actor { user_id: Some(row.diner_id.get()), role: ActorRole::Diner };
        let removed = CartLineRemoved { item_id: row.id, product_id: row.product_id, diner_id: row.diner_id };
        uow.emit(session.place(), actor, Event::CartItemRemoved(removed));
        Ok(uow.answer(diner, attempt, Answer::empty()).await?)
    })
    .await
}
