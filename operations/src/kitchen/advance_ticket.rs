//! A station begins its ticket, has it ready, has it carried out.
//!
//! The round follows its tickets in the same transaction, so the display that shows rounds and the station that shows
//! tickets never disagree for longer than an event takes.

use crate::{
    Error, Result,
    round::{Mover, repeat},
};
use auth::{AnyRole, Staff};
use domain::{
    TicketId,
    event::{Event, TicketRef},
    kitchen::{TicketStatus, round_after_tickets},
};
use serde_json::json;
use store::{Answer, Attempt, Database};

/// Moves the ticket on to `status`, and its round with it where that follows.
///
/// # Errors
/// No such ticket; `status` is not its next step.
pub async fn advance_ticket(
    db: &Database,
    staff: &Staff<AnyRole>,
    ticket: TicketId,
    status: TicketStatus,
    attempt: &Attempt,
) -> Result<Answer> {
    db.transaction("ticket.advance", |uow| async move {
        let (session, round) = match uow.lock_round_of_ticket(staff, ticket).await {
            Err(store::Error::NotFound(noun)) => return repeat(&uow, staff, attempt, noun).await,
            locked => locked?,
        };
        if let Some(first) = uow.first_answer(staff, attempt).await? {
            return Ok(first);
        }
        let mover = Mover { uow: &uow, staff, attempt, session: &session };
        let mut tickets = uow.find_tickets(&round).await?;
        let row = tickets.iter_mut().find(|row| row.id == ticket).ok_or(Error::NotFound("ticket"))?;
        let before = row.status;
        row.status = before.advance_to(status)?;
        uow.set_ticket_status(&round, ticket, status).await?;
        let moved = TicketRef { ticket_id: ticket, round_id: round.id, station: row.station, status };
        if let Some(event) = Event::ticket_moved(moved) {
            mover.emit(event);
        }
        let statuses: Vec<_> = tickets.iter().map(|row| row.status).collect();
        let next = round_after_tickets(round.status, &statuses);
        if next != round.status {
            mover.follow(&round, next).await?;
        }
        let (before, after) = (json!({ "status": before }), json!({ "status": status, "round_status": next }));
        mover.audit("UPDATE", "kitchen_ticket", ticket.get(), before, after);
        Ok(uow.answer(staff, attempt, Answer::json(200, &uow.ticket(&round, ticket).await?)?).await?)
    })
    .await
}
