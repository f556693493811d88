//! The table hears of what changed under its lines, whatever changed it: a price by the office, a promotion that
//! begins or ends, a modifier that is gone; a dish whose hours end, that is out, or that left the menu (I1).
//!
//! Each line has the price that the table was last told, and whether it could be sent. A job compares them with this
//! moment, so no way of changing them can be forgotten. Every API process looks; the session's lock lets one of them
//! speak (I5).

use super::tell;
use crate::{
    Result,
    command::{Twice, keyless},
};
use domain::{cart::settles_at, event::Event};
use store::{Database, DueCart};

/// Tells the table of the lines that are not what it was told.
///
/// # Errors
/// The database failed.
pub async fn reprice(db: &Database, cart: &DueCart) -> Result<()> {
    keyless(db, "cart.reprice", Twice::FindsTheFirst, |uow| async move {
        let session = uow.lock_session(cart, cart.session_id).await?;
        let lines = uow.repriced_lines(&session).await?;
        if lines.is_empty() || session.status.ensure_live().is_err() {
            return Ok(());
        }
        for line in &lines {
            let row = uow.find_cart_line(&session, line.item_id).await?;
            let settles = settles_at(row.told_at, uow.now());
            uow.set_cart_line(&session, &row, row.quantity, row.notes.clone(), settles).await?;
        }
        uow.note_told(&session, &lines).await?;
        uow.raise_cart_version(&session).await?;
        for line in lines {
            uow.emit(session.place(), tell::as_diner(&line), Event::CartItemUpdated(line));
        }
        Ok(())
    })
    .await
}
