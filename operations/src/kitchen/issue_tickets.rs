//! Tickets asked for by hand. The kitchen gets a round's tickets with the round, so there is nothing to issue but for
//! a round that lost them outside of Comanda; `kitchen_ticket_station` keeps a second set out.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{KitchenCrew, Staff};
use domain::{IllegalTransition, ProblemCode, RoundId, kitchen::TicketStatus};
use serde_json::{Value, json};
use store::{Answer, Attempt, Database};
use wire::kitchen::IssuedTickets;

/// Issues the tickets of a round that the kitchen has without them.
///
/// # Errors
/// No such round; the kitchen does not have it; the party left; the tickets exist, which is the rule.
pub async fn issue_tickets(
    db: &Database,
    staff: &Staff<KitchenCrew>,
    round: RoundId,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "ticket.issue",
        (staff, attempt),
        |uow| async move { uow.lock_round(staff, round).await },
        |act, (session, round)| async move {
            let status = TicketStatus::of_round(round.status).ok_or(IllegalTransition {
                noun: "round",
                from: round.status.as_str(),
                action: "issue tickets of",
            })?;
            session.status.ensure_live()?;
            if !act.uow.find_tickets(&round).await?.is_empty() {
                return Err(Error::refused(ProblemCode::TicketsExist, "The round has its tickets already"));
            }
            act.uow.insert_tickets(&session, round.id).await?;
            act.uow.advance_tickets(&round, status).await?;
            let tickets = act.uow.tickets(&round).await?;
            let issued = IssuedTickets { round_id: round.id, tickets_created: tickets.len(), tickets };
            let after = json!({ "tickets_created": issued.tickets_created });
            act.audit_of(&round, ("CREATE", "kitchen_ticket", round.id.get()), Value::Null, after);
            Ok(Done::Changed(issued))
        },
    )
    .await
}
