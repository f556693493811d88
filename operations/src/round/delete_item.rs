//! A waiter takes a line out of a round before the kitchen knows of it (W16).
//!
//! No ticket points at such a line, so it can go without a trace but the audit row. A round never stands without lines:
//! the last one takes it along.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Floor, Staff};
use domain::{
    RoundId, RoundItemId,
    event::{Event, RoundItemDeleted},
    round::RoundAction,
};
use serde_json::{Value, json};
use store::{Answer, Attempt, Database, ItemRow};
use wire::round::DeletedItem;

/// Deletes the item, and with the last one the round.
///
/// # Errors
/// No such round, or the item is not of it; the kitchen has the round, or it is over.
pub async fn delete_item(
    db: &Database,
    staff: &Staff<Floor>,
    round_id: RoundId,
    item_id: RoundItemId,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "round.delete_item",
        (staff, attempt),
        |uow| async move { uow.lock_round(staff, round_id).await },
        |act, (session, round)| async move {
            let items = act.uow.find_items(&round).await?;
            let item = items.iter().find(|item| item.id == item_id).ok_or(Error::NotFound("item"))?;
            round.status.after(RoundAction::DeleteItem)?;
            act.ensure_may(RoundAction::DeleteItem, &session)?;
            let untouched = act.untouched(&round, Some(item_id)).await?;
            act.uow.delete_item(&round, item).await?;
            let remaining_items = items.len() - 1;
            let round_deleted = remaining_items == 0;
            if round_deleted {
                act.uow.delete_round(&round).await?;
            }
            let product_id = item.product_id;
            act.emit(
                session.place(),
                Event::RoundItemDeleted(RoundItemDeleted { round_id, item_id, product_id, round_deleted }),
            );
            act.give_back(&session, untouched);
            let after = if round_deleted { Value::Null } else { json!({ "remaining_items": remaining_items }) };
            act.audit_of(&round, ("DELETE", "round_item", item_id.get()), described(item), after);
            let message = if round_deleted { "Item deleted, and with it the round" } else { "Item deleted" };
            let deleted = DeletedItem { success: true, round_id, item_id, remaining_items, round_deleted, message };
            Ok(Done::Changed(deleted))
        },
    )
    .await
}

fn described(item: &ItemRow) -> Value {
    json!({
        "round_id": item.round_id,
        "product_id": item.product_id,
        "product_name": item.product_name,
        "qty": item.qty,
        "unit_price_cents": item.unit_price_cents,
        "notes": item.notes,
    })
}
