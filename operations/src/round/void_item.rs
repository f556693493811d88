//! An item is struck from a round that the kitchen has: dropped, burnt, sent back.
//!
//! It stays in the round, marked, and is nobody's work from then on: a station that has nothing else loses its ticket,
//! which may make the round ready, and a round that has nothing else is canceled.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{AnyRole, Staff};
use domain::{
    ProblemCode, RoundItemId,
    event::{Event, RoundItemVoided},
    kitchen::round_after_tickets,
    round::{RoundAction, RoundStatus},
    text::Name,
};
use serde_json::json;
use store::{Answer, Attempt, Database, ItemRow, Locked, RoundRow, UnitOfWork};
use wire::round::VoidedItem;

/// Strikes the item.
///
/// # Errors
/// No such item; the kitchen does not have the round, or it is on the table; the item is struck already.
pub async fn void_item(
    db: &Database,
    staff: &Staff<AnyRole>,
    item_id: RoundItemId,
    reason: &Name<200>,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "round.void_item",
        (staff, attempt),
        |uow| async move { uow.lock_round_of_item(staff, item_id).await },
        |act, (session, round)| async move {
            let items = act.uow.find_items(&round).await?;
            let item = items.iter().find(|item| item.id == item_id).ok_or(Error::NotFound("item"))?;
            let left = items.iter().filter(|other| other.id != item_id && other.voided_at.is_none()).count();
            let next = round.status.after_void(left)?;
            if item.voided_at.is_some() {
                return Err(Error::refused(ProblemCode::AlreadyVoided, "The item is voided already"));
            }
            act.ensure_may(RoundAction::VoidItem, &session)?;
            let untouched = act.untouched(&round, Some(item_id)).await?;
            act.uow.void_item(&round, item, staff.user_id(), reason.as_str()).await?;
            let round_canceled = next == RoundStatus::Canceled;
            let next = if round_canceled { next } else { after_tickets(&act.uow, &round).await? };
            act.emit(session.place(), Event::RoundItemVoided(struck(item, reason, next)));
            if round_canceled {
                act.move_round(&session, &round, next, Some(reason.as_str())).await?;
            } else if next != round.status {
                act.follow_tickets(&session, &round, next).await?;
            }
            act.give_back(&session, untouched);
            let before = json!({ "is_voided": false, "round_status": round.status });
            let after = json!({ "is_voided": true, "void_reason": reason, "round_status": next });
            act.audit_of(&round, ("VOID", "round_item", item_id.get()), before, after);
            let voided = VoidedItem {
                success: true,
                item_id,
                round_id: round.id,
                is_voided: true,
                void_reason: reason.as_str().to_owned(),
                round_canceled,
                message: if round_canceled { "Item voided, and with it the round" } else { "Item voided" },
            };
            Ok(Done::Changed(voided))
        },
    )
    .await
}

/// Where the round stands once the stations without work have lost their tickets.
async fn after_tickets(uow: &UnitOfWork, round: &Locked<RoundRow>) -> Result<RoundStatus> {
    uow.delete_emptied_tickets(round).await?;
    let tickets: Vec<_> = uow.find_tickets(round).await?.iter().map(|ticket| ticket.status).collect();
    Ok(round_after_tickets(round.status, &tickets))
}

fn struck(item: &ItemRow, reason: &Name<200>, round_status: RoundStatus) -> RoundItemVoided {
    RoundItemVoided {
        round_id: item.round_id,
        item_id: item.id,
        product_id: item.product_id,
        product_name: item.product_name.clone(),
        void_reason: reason.as_str().to_owned(),
        round_canceled: round_status == RoundStatus::Canceled,
        round_status,
    }
}
