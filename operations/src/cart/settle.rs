//! The last word of a burst: lines that changed while phones were deaf are told of once more (`domain::cart`).
//!
//! Every API process looks for due carts; the session's lock and the instant that is cleared under it let one of them
//! speak (I5). A line that was taken out is gone, and with it what was to be told.

use super::tell;
use crate::{
    Result,
    command::{Twice, keyless},
};
use domain::event::Event;
use store::{Database, DueCart};

/// Tells the table of the cart's due lines as they are now; nothing changes, so the cart's version does not.
///
/// # Errors
/// The database failed.
pub async fn settle(db: &Database, cart: &DueCart) -> Result<()> {
    keyless(db, "cart.settle", Twice::FindsTheFirst, |uow| async move {
        let session = uow.lock_session(cart, cart.session_id).await?;
        let settled = uow.settle_cart_lines(&session).await?;
        if settled.is_empty() || session.status.ensure_live().is_err() {
            return Ok(());
        }
        let mut lines = uow.cart_lines(&session).await?;
        lines.retain(|line| settled.contains(&line.item_id));
        uow.note_told(&session, &lines).await?;
        for line in lines {
            uow.emit(session.place(), tell::as_diner(&line), Event::CartItemUpdated(line));
        }
        Ok(())
    })
    .await
}
