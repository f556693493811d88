//! A diner corrects a line (M7): quantity and note as they are to be, not by how much.
//!
//! Any phone of the table may correct any line (diner-waiter.md §5.5); the session's lock orders them (I5).

use super::tell;
use crate::{
    Error, Result,
    command::{Done, command},
    menu::ensure_orderable,
};
use auth::Diner;
use domain::{
    CartItemId, Patch,
    text::{Quantity, Text},
};
use store::{Answer, Attempt, Database};

/// What the line is to be.
#[derive(Clone, Debug)]
pub struct CartChange {
    /// How many.
    pub quantity: Quantity,
    /// Its note.
    pub notes: Patch<Text<500>>,
}

/// Changes a line of the table's cart.
///
/// # Errors
/// The session takes no orders; the line is not in its cart; more is asked for than there is.
pub async fn change(
    db: &Database,
    diner: &Diner,
    id: CartItemId,
    change: &CartChange,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "cart.change",
        (diner, attempt),
        |uow| async move { uow.lock_session(diner, diner.session_id()).await },
        |act, session| async move {
            session.status.ensure_ordering()?;
            let row = act.uow.find_cart_line(&session, id).await?;
            if change.quantity.get() > row.quantity.get() {
                // As when it was added; less of what is out by now is always possible.
                let offering = act.uow.find_offering(&session, &[row.product_id], &[]).await?;
                let product = offering.product(row.product_id).ok_or(Error::NotFound("product"))?;
                ensure_orderable(product, change.quantity.get())?;
            }
            let notes = change.notes.clone().map(String::from).or(row.notes.clone());
            let line = tell::change(&act.uow, &session, &row, change.quantity, notes).await?;
            Ok(Done::Changed(line))
        },
    )
    .await
}
