//! A diner presses "send" (M11).
//!
//! Under the session's lock a round is sent once: a repeated key gets the first answer byte for byte, and without a key
//! the same lines within ten seconds are the same round (I5, I7). Round, items, tickets, events and the emptied
//! cart commit together (I1).

use super::Order;
use crate::{
    Result,
    command::{Done, command},
    menu::portions,
};
use auth::Diner;
use domain::{
    event::{Event, RoundRef},
    round::first_status,
    session::OpenedBy,
};
use store::{Answer, Attempt, Database, NewRound};
use wire::round::SubmittedRound;

/// Sends the order as the session's next round.
///
/// # Errors
/// The session takes no orders; a product is not offered; the key was used for another request.
pub async fn submit(db: &Database, diner: &Diner, order: &Order, attempt: &Attempt) -> Result<Answer> {
    let digest = order.digest();
    let digest = &digest;
    command(
        db,
        "round.submit",
        (diner, attempt),
        |uow| async move { uow.lock_session(diner, diner.session_id()).await },
        |act, session| async move {
            session.status.ensure_ordering()?;
            if attempt.key.is_none()
                && let Some(first) = act.uow.find_same_round(&session, digest).await?
            {
                return Ok(Done::Changed(submitted(first)));
            }
            let status = first_status(session.round_confirmation);
            let offering = act.uow.find_offering(&session, &order.products(), &order.choices()).await?;
            let lines = order.priced(&offering)?;
            let turned = portions::take(&act.uow, &session, &offering, |product| order.portions(product)).await?;
            let new = NewRound {
                round_number: session.rounds_sent + 1,
                status,
                submitted_by: OpenedBy::Diner,
                waiter: None,
                content_digest: digest.clone(),
                idempotency_key: attempt.key.clone(),
                notes: order.notes.clone().map(Into::into),
                lines,
                empties_cart: true,
            };
            let round_id = act.uow.insert_round(&session, &new).await?;
            let round = RoundRef { round_id, round_number: new.round_number };
            let sent = if status.is_in_kitchen() { Event::RoundSubmitted(round) } else { Event::RoundPending(round) };
            act.emit(session.place(), sent);
            act.emit_cart_cleared(&session);
            act.tell_turned(&session, turned).await?;
            let sent = SubmittedRound { session_id: session.id, round_id, round_number: new.round_number, status };
            Ok(Done::Changed(sent))
        },
    )
    .await
}

fn submitted(row: store::RoundRow) -> SubmittedRound {
    SubmittedRound { session_id: row.session_id, round_id: row.id, round_number: row.round_number, status: row.status }
}
