//! A waiter takes an order at the table (W13).
//!
//! It needs nobody's confirmation, so round and tickets come into being together. Sent twice it is one round, by key or
//! by content, as for diners (I7). The diners' cart is theirs and stays.

use super::{
    Order,
    order::{ensure_countable, sum, total},
};
use crate::{
    Error, Result,
    command::{Done, command},
    menu::portions,
};
use auth::{Floor, Staff};
use domain::{
    SessionId,
    event::{Event, RoundRef},
    round::RoundStatus,
    session::{OpenedBy, SessionStatus},
};
use serde_json::{Value, json};
use store::{Answer, Attempt, Change, Database, NewRound, RoundRow, UnitOfWork};
use wire::round::TakenRound;

/// Sends the order to the kitchen as the session's next round.
///
/// # Errors
/// No such open session; a product is not offered; it is dearer than the waiter saw; the key was used for another
/// request.
pub async fn take(
    db: &Database,
    staff: &Staff<Floor>,
    session: SessionId,
    order: &Order,
    attempt: &Attempt,
) -> Result<Answer> {
    let digest = order.digest_by(staff.user_id());
    let digest = &digest;
    command(
        db,
        "round.take",
        (staff, attempt),
        |uow| async move { uow.lock_session(staff, session).await },
        |act, session| async move {
            if session.status != SessionStatus::Open {
                return Err(Error::NotFound("open session"));
            }
            if attempt.key.is_none()
                && let Some(first) = act.uow.find_same_round(&session, digest).await?
            {
                return Ok(Done::Changed(known(&act.uow, first).await?));
            }
            let offering = act.uow.find_offering(&session, &order.products(), &order.choices()).await?;
            let lines = order.priced(&offering)?;
            ensure_countable(&act.uow, &session, &lines).await?;
            order.ensure_not_dearer(&lines)?;
            let turned = portions::take(&act.uow, &session, &offering, |product| order.portions(product)).await?;
            let new = NewRound {
                round_number: session.rounds_sent + 1,
                status: RoundStatus::Submitted,
                submitted_by: OpenedBy::Waiter,
                waiter: Some(staff.user_id()),
                content_digest: digest.clone(),
                idempotency_key: attempt.key.clone(),
                notes: order.notes.clone().map(Into::into),
                lines,
                cart: None,
            };
            let round_id = act.uow.insert_round(&session, &new).await?;
            let taken = TakenRound {
                session_id: session.id,
                round_id,
                round_number: new.round_number,
                status: new.status,
                submitted_by: new.submitted_by,
                submitted_by_waiter_id: new.waiter,
                items_count: new.lines.len(),
                total_cents: total(&new.lines)?,
            };
            let round = RoundRef { round_id, round_number: new.round_number };
            act.emit(session.place(), Event::RoundSubmitted(round));
            act.tell_turned(&session, turned).await?;
            let (entity_type, branch) = ("round", Some(session.branch_id));
            let (before, after) = (Value::Null, json!(taken));
            act.audit(Change { action: "CREATE", entity_type, entity_id: round_id.get(), branch, before, after });
            Ok(Done::Changed(taken))
        },
    )
    .await
}

/// The round that the same order made a moment ago.
async fn known(uow: &UnitOfWork, round: RoundRow) -> Result<TakenRound> {
    let items = uow.find_items_of(round.id).await?;
    Ok(TakenRound {
        session_id: round.session_id,
        round_id: round.id,
        round_number: round.round_number,
        status: round.status,
        submitted_by: round.submitted_by,
        submitted_by_waiter_id: round.submitted_by_waiter_id,
        items_count: items.len(),
        total_cents: sum(items.iter().map(|item| (item.unit_price_cents, item.qty)))?,
    })
}
