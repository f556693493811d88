//! Tickets asked for by hand. The kitchen gets a round's tickets with the round, so there is nothing to issue but for
//! a round that lost them outside of Comanda; `kitchen_ticket_station` keeps a second set out.

use crate::{Error, Result, round::Mover};
use auth::{KitchenCrew, Staff};
use domain::{IllegalTransition, RoundId, kitchen::TicketStatus};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Answer, Attempt, Database, view::Ticket};
use utoipa::ToSchema;

/// The tickets that were missing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IssuedTickets {
    /// The round.
    pub round_id: RoundId,
    /// How many.
    pub tickets_created: usize,
    /// The tickets.
    pub tickets: Vec<Ticket>,
}

/// Issues the tickets of a round that the kitchen has without them.
///
/// # Errors
/// No such round; the kitchen does not have it; the tickets exist, which is the rule.
pub async fn issue_tickets(
    db: &Database,
    staff: &Staff<KitchenCrew>,
    round: RoundId,
    attempt: &Attempt,
) -> Result<Answer> {
    db.transaction("ticket.issue", |uow| async move {
        let (session, round) = uow.lock_round(staff, round).await?;
        if let Some(first) = uow.first_answer(staff, attempt).await? {
            return Ok(first);
        }
        let status = TicketStatus::of_round(round.status).ok_or(IllegalTransition {
            noun: "round",
            from: round.status.as_str(),
            action: "issue tickets of",
        })?;
        if !uow.find_tickets(&round).await?.is_empty() {
            return Err(Error::refused("tickets_exist", "The round has its tickets already"));
        }
        uow.insert_tickets(&session, round.id).await?;
        uow.advance_tickets(&round, status).await?;
        let tickets = uow.tickets(&round).await?;
        let issued = IssuedTickets { round_id: round.id, tickets_created: tickets.len(), tickets };
        let mover = Mover { uow: &uow, staff, attempt, session: &session };
        let after = json!({ "tickets_created": issued.tickets_created });
        mover.audit("CREATE", "kitchen_ticket", round.id.get(), Value::Null, after);
        Ok(uow.answer(staff, attempt, Answer::json(200, &issued)?).await?)
    })
    .await
}
