//! What a change of a line tells the table.

use crate::{Error, Result};
use domain::{
    CartItemId,
    cart::settles_at,
    event::{Actor, ActorRole, CartLine, Event},
    text::Quantity,
};
use store::{CartRow, Locked, Seated, UnitOfWork};

/// Cart events name the diner whose line it is (M6).
pub(super) fn as_diner(line: &CartLine) -> Actor {
    Actor { user_id: Some(line.diner_id.get()), role: ActorRole::Diner }
}

/// The line as the phones show it.
pub(super) fn line(lines: &[CartLine], id: CartItemId) -> Result<CartLine> {
    lines.iter().find(|line| line.item_id == id).cloned().ok_or(Error::NotFound("cart item"))
}

/// Gives the line another quantity and note and tells the table; in a burst, `settle` tells it again.
pub(super) async fn change(
    uow: &UnitOfWork,
    session: &Locked<Seated>,
    row: &CartRow,
    quantity: Quantity,
    notes: Option<String>,
) -> Result<CartLine> {
    uow.set_cart_line(session, row, quantity, notes, settles_at(row.told_at, uow.now())).await?;
    uow.raise_cart_version(session).await?;
    let changed = line(&uow.cart_lines(session).await?, row.id)?;
    uow.note_told(session, std::slice::from_ref(&changed)).await?;
    uow.emit(session.place(), as_diner(&changed), Event::CartItemUpdated(changed.clone()));
    Ok(changed)
}
