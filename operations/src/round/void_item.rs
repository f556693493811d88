//! An item is struck from a round that the kitchen has: dropped, burnt, sent back.
//!
//! It stays in the round, marked, and is nobody's work from then on: a station that has nothing else loses its ticket,
//! which may make the round ready, and a round that has nothing else is canceled. A part of a line becomes a line of
//! its own, which is struck. What was served a manager gives away, and says who approved it; the round was served all
//! the same.

use crate::{
    Error, Result,
    command::{Act, Done, command},
};
use auth::{AnyRole, Staff};
use domain::{
    ProblemCode, RoundItemId, UserId,
    event::{Event, PartOf, RoundItemVoided},
    kitchen::round_after_tickets,
    round::{RoundAction, RoundStatus},
    text::Name,
};
use serde_json::json;
use store::{Answer, Attempt, Database, ItemRow, Locked, RoundRow, Seated, UnitOfWork};
use wire::round::{VoidItem, VoidedItem};

/// Strikes the item, or some of its portions.
///
/// # Errors
/// No such item; the party has left; the kitchen does not have the round; it is on the table and no manager approves;
/// who is named manages nothing there, or who names somebody does not; the item is struck already, or has fewer
/// portions.
pub async fn void_item(
    db: &Database,
    staff: &Staff<AnyRole>,
    item_id: RoundItemId,
    wanted: &VoidItem,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "round.void_item",
        (staff, attempt),
        |uow| async move { uow.lock_round_of_item(staff, item_id).await },
        |act, (session, round)| async move {
            let items = act.uow.find_items(&round).await?;
            let whole = items.iter().find(|item| item.id == item_id).ok_or(Error::NotFound("item"))?;
            act.ensure_approved(&session, wanted.approved_by).await?;
            let part = wanted.qty.filter(|qty| qty.get() < whole.qty.get());
            let others = items.iter().filter(|other| other.id != item_id && other.voided_at.is_none()).count();
            let next = round.status.after_void(others + usize::from(part.is_some()), wanted.approved_by.is_some())?;
            if whole.voided_at.is_some() {
                return Err(Error::refused(ProblemCode::AlreadyVoided, "The item is voided already"));
            }
            if wanted.qty.is_some_and(|qty| qty.get() > whole.qty.get()) {
                return Err(Error::Invalid("qty: the line has fewer portions"));
            }
            let served = next == RoundStatus::Served;
            // What a party that left owes is written off, not struck.
            session.status.ensure_live()?;
            act.ensure_may(if served { RoundAction::CompItem } else { RoundAction::VoidItem }, &session)?;

            let untouched = act.untouched(&round, Some(item_id)).await?;
            let split = match part {
                Some(part) => Some(act.uow.split_item(&round, whole, part).await?),
                None => None,
            };
            let item = split.as_ref().unwrap_or(whole);
            let by = (staff.user_id(), wanted.approved_by);
            act.uow.void_item(&round, item, by, wanted.reason.as_str()).await?;
            let round_canceled = next == RoundStatus::Canceled;
            let next = if round_canceled || served { next } else { after_tickets(&act.uow, &round).await? };
            let part_of = split.as_ref().map(|part| part_of(whole, part));
            act.emit(session.place(), Event::RoundItemVoided(struck(item, &wanted.reason, next, part_of)));
            if round_canceled {
                act.move_round(&session, &round, next, Some(wanted.reason.as_str())).await?;
            } else if next != round.status {
                act.follow_tickets(&session, &round, next).await?;
            }
            act.give_back(&session, untouched.into_iter().map(|(product, _)| (product, item.qty.get())).collect());
            let before = json!({ "is_voided": false, "round_status": round.status, "qty": whole.qty });
            let after = json!({ "is_voided": true, "void_reason": wanted.reason, "round_status": next, "qty": item.qty,
                "approved_by": wanted.approved_by, "part_of": split.as_ref().map(|_| item_id) });
            act.audit_of(&round, ("VOID", "round_item", item.id.get()), before, after);
            let voided = VoidedItem {
                success: true,
                item_id: item.id,
                round_id: round.id,
                is_voided: true,
                void_reason: wanted.reason.as_str().to_owned(),
                round_canceled,
                part_of,
                approved_by: wanted.approved_by,
                message: if round_canceled { "Item voided, and with it the round" } else { "Item voided" },
            };
            Ok(Done::Changed(voided))
        },
    )
    .await
}

impl Act<'_, Staff<AnyRole>> {
    /// Only a manager says who approved a void, and only a manager of the branch approves one.
    async fn ensure_approved(&self, session: &Locked<Seated>, by: Option<UserId>) -> Result<()> {
        let Some(by) = by else { return Ok(()) };
        if !self.by.roles_in(session.branch_id).manages() {
            return Err(Error::Forbidden("approved_by: Only a manager may say who approved it"));
        }
        if !self.uow.find_roles(self.by, by, session.branch_id).await?.manages() {
            return Err(Error::Invalid("approved_by: must be a manager of the branch"));
        }
        Ok(())
    }
}

/// What is left of the line that a part was taken from.
fn part_of(whole: &ItemRow, part: &ItemRow) -> PartOf {
    PartOf { item_id: whole.id, voided_qty: part.qty.get(), left_qty: whole.qty.get() - part.qty.get() }
}

/// Where the round stands once the stations without work have lost their tickets.
async fn after_tickets(uow: &UnitOfWork, round: &Locked<RoundRow>) -> Result<RoundStatus> {
    uow.delete_emptied_tickets(round).await?;
    let tickets: Vec<_> = uow.find_tickets(round).await?.iter().map(|ticket| ticket.status).collect();
    Ok(round_after_tickets(round.status, &tickets))
}

fn struck(item: &ItemRow, reason: &Name<200>, round_status: RoundStatus, part_of: Option<PartOf>) -> RoundItemVoided {
    RoundItemVoided {
        round_id: item.round_id,
        item_id: item.id,
        product_id: item.product_id,
        product_name: item.product_name.clone(),
        void_reason: reason.as_str().to_owned(),
        round_canceled: round_status == RoundStatus::Canceled,
        round_status,
        part_of,
    }
}
