//! A diner presses "send" (M11).
//!
//! Under the session's lock a round is sent once: a repeated key gets the first answer byte for byte, and without a key
//! the cart decides what is a repeat (I5, I7, `domain::cart::judge`). Round, items, tickets, events and what leaves the
//! cart commit together (I1). Lines that the phone did not see stay in the cart.

use super::{
    Order,
    from_cart::{self, Sending, Sent},
    order::ensure_countable,
};
use crate::{
    Result,
    command::{Act, Done, command},
    menu::portions,
};
use auth::Diner;
use domain::{
    event::{Event, RoundRef},
    round::first_status,
    session::OpenedBy,
};
use store::{Answer, Attempt, Database, Locked, NewRound, Offering, Seated, TableBefore};
use wire::round::SubmittedRound;

/// Sends the order as the session's next round.
///
/// # Errors
/// The session takes no orders; a product is not offered; it is dearer than the phone saw; the key was used for another
/// request.
pub async fn submit(db: &Database, diner: &Diner, order: &Order, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "round.submit",
        (diner, attempt),
        |uow| async move { uow.lock_session(diner, diner.session_id()).await },
        |act, session| async move {
            session.status.ensure_ordering()?;
            let (offering, table) = act.uow.find_ordering(&session, &order.products(), &order.choices()).await?;
            let sent = match from_cart::decide(order, diner, attempt, &table) {
                Sent::Before(first) => {
                    metrics::counter!("rounds_repeated_total").increment(1);
                    SubmittedRound {
                        session_id: session.id,
                        round_id: first.id,
                        round_number: first.round_number,
                        status: first.status,
                        repeated: true,
                        already_sent: Vec::new(),
                    }
                }
                Sent::Now(sending) => send(&act, &session, sending, &offering, &table).await?,
            };
            Ok(Done::Changed(sent))
        },
    )
    .await
}

async fn send(
    act: &Act<'_, Diner>,
    session: &Locked<Seated>,
    sending: Sending,
    offering: &Offering,
    table: &TableBefore,
) -> Result<SubmittedRound> {
    let Sending { order, digest, already_sent, taken } = sending;
    let status = first_status(session.round_confirmation);
    let lines = order.priced(offering)?;
    ensure_countable(&act.uow, session, &lines).await?;
    order.ensure_not_dearer(&lines)?;
    let turned = portions::take(&act.uow, session, offering, |product| order.portions(product)).await?;
    let new = NewRound {
        round_number: session.rounds_sent + 1,
        status,
        submitted_by: OpenedBy::Diner,
        waiter: None,
        content_digest: digest,
        idempotency_key: act.attempt.key.clone(),
        notes: order.notes.map(Into::into),
        lines,
        cart: Some(taken.clone()),
    };
    let round_id = act.uow.insert_round(session, &new).await?;
    let round = RoundRef { round_id, round_number: new.round_number };
    act.emit(
        session.place(),
        if status.is_in_kitchen() { Event::RoundSubmitted(round) } else { Event::RoundPending(round) },
    );
    from_cart::tell(act, session, &taken, table).await?;
    act.tell_turned(session, turned).await?;
    let (session_id, round_number) = (session.id, new.round_number);
    Ok(SubmittedRound { session_id, round_id, round_number, status, repeated: false, already_sent })
}
