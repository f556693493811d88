//! What a change of a line tells the table.
//!
//! The shipped phones drop a second change of one line within five seconds (contract/diner-waiter.md §7.10). A change
//! that they may drop is therefore followed by the whole cart, which they never drop: all views end up the same.

use crate::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    CartItemId,
    event::{Actor, ActorRole, Cart, CartLine, Event},
};
use store::{Locked, Seated, UnitOfWork};

/// Seconds during which a second change may be dropped: the phones' five, and one more for the way to them, since they
/// count from when they hear and we from when it happened.
const BURST_SECONDS: i64 = 6;

/// Cart events name the diner whose line it is (contract M6).
pub(super) fn as_diner(line: &CartLine) -> Actor {
    Actor { user_id: Some(line.diner_id.get()), role: ActorRole::Diner }
}

/// The line as the phones show it.
pub(super) fn line(lines: &[CartLine], id: CartItemId) -> Result<CartLine> {
    lines.iter().find(|line| line.item_id == id).cloned().ok_or(Error::NotFound("cart item"))
}

/// Counts the change of the line `id` and tells the table; `changed_at` is when it was changed before this.
pub(super) async fn tell_changed(
    uow: &UnitOfWork,
    session: &Locked<Seated>,
    id: CartItemId,
    changed_at: Option<DateTime<Utc>>,
) -> Result<CartLine> {
    let version = uow.raise_cart_version(session).await?;
    let items = uow.cart_lines(session).await?;
    let changed = line(&items, id)?;
    let actor = as_diner(&changed);
    uow.emit(session.place(), actor, Event::CartItemUpdated(changed.clone()));
    if changed_at.is_some_and(|before| uow.now() - before < TimeDelta::seconds(BURST_SECONDS)) {
        uow.emit(session.place(), actor, Event::CartSync(Cart { items, version }));
    }
    Ok(changed)
}
