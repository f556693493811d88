//! A station begins its ticket, has it ready, has it carried out.
//!
//! The round follows its tickets in the same transaction, so the display that shows rounds and the station that shows
//! tickets never disagree for longer than an event takes.

use crate::{
    Error, Result,
    command::{Done, command},
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
/// No such ticket; `status` is not its next step; the party left.
pub async fn advance_ticket(
    db: &Database,
    staff: &Staff<AnyRole>,
    ticket: TicketId,
    status: TicketStatus,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "ticket.advance",
        (staff, attempt),
        |uow| async move { uow.lock_round_of_ticket(staff, ticket).await },
        |act, (session, round)| async move {
            let mut tickets = act.uow.find_tickets(&round).await?;
            let row = tickets.iter_mut().find(|row| row.id == ticket).ok_or(Error::NotFound("ticket"))?;
            let before = row.status;
            row.status = before.advance_to(status)?;
            session.status.ensure_live()?;
            act.uow.set_ticket_status(&round, ticket, status).await?;
            let moved = TicketRef { ticket_id: ticket, round_id: round.id, station: row.station.clone(), status };
            if let Some(event) = Event::ticket_moved(moved) {
                act.emit(session.place(), event);
            }
            let statuses: Vec<_> = tickets.iter().map(|row| row.status).collect();
            let next = round_after_tickets(round.status, &statuses);
            if next != round.status {
                act.follow_tickets(&session, &round, next).await?;
            }
            let (before, after) = (json!({ "status": before }), json!({ "status": status, "round_status": next }));
            act.audit_of(&round, ("UPDATE", "kitchen_ticket", ticket.get()), before, after);
            Ok(Done::Changed(act.uow.ticket(&round, ticket).await?))
        },
    )
    .await
}
