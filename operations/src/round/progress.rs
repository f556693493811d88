//! What every change of a round has in common: its new state, its tickets, its event and its audit row are written by
//! one transaction under the session's lock, so that the kitchen has a round if and only if its tickets exist.

use crate::{Error, Result, command::Act};
use auth::{RoleSet, Staff};
use domain::{
    ProductId, RoundItemId,
    event::{Event, RoundRef},
    kitchen::TicketStatus,
    round::{RoundAction, RoundStatus},
};
use serde_json::{Value, json};
use store::{Change, Locked, RoundRow, Seated};

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// # Errors
    /// No role held in the round's branch gives the right.
    pub(crate) fn ensure_may(&self, action: RoundAction, session: &Locked<Seated>) -> Result<()> {
        let allowed = action.allowed_for(&self.by.roles_in(session.branch_id));
        if allowed { Ok(()) } else { Err(Error::Forbidden("Your role does not allow this step of a round")) }
    }

    /// Moves the round as a whole: its tickets follow without an event of their own. What a canceled one came to is
    /// owed no more (design.md §6), which the frame sees to.
    pub(crate) async fn move_round(
        &self,
        session: &Locked<Seated>,
        round: &Locked<RoundRow>,
        to: RoundStatus,
        reason: Option<&str>,
    ) -> Result<Locked<RoundRow>> {
        let moved = self.uow.set_round_status(round, to, self.by.user_id(), reason).await?;
        match (TicketStatus::of_round(to), TicketStatus::of_round(round.status)) {
            (None, None) => {}
            (None, Some(_)) => self.uow.delete_tickets(&moved).await?,
            (Some(_), None) => self.uow.insert_tickets(session, moved.id).await?,
            (Some(now), Some(before)) if now < before => self.uow.recall_tickets(&moved, now).await?,
            (Some(now), Some(_)) => self.uow.advance_tickets(&moved, now).await?,
        }
        self.tell_round(session, &moved);
        Ok(moved)
    }

    /// Moves the round because its tickets did, which therefore stay as they are.
    pub(crate) async fn follow_tickets(
        &self,
        session: &Locked<Seated>,
        round: &Locked<RoundRow>,
        to: RoundStatus,
    ) -> Result<Locked<RoundRow>> {
        let moved = self.uow.set_round_status(round, to, self.by.user_id(), None).await?;
        self.tell_round(session, &moved);
        Ok(moved)
    }

    fn tell_round(&self, session: &Locked<Seated>, round: &RoundRow) {
        let event = Event::round_is(round.status, RoundRef { round_id: round.id, round_number: round.round_number });
        self.emit(session.place(), event);
    }

    /// The portions of a locked round, or of one item of it, that nobody has begun to make. To be asked before the
    /// tickets, which know, are gone.
    pub(crate) async fn untouched(
        &self,
        round: &Locked<RoundRow>,
        item: Option<RoundItemId>,
    ) -> Result<Vec<(ProductId, i32)>> {
        Ok(self.uow.untouched_portions(round, item).await?)
    }

    /// Notes in the audit log that the round went from `before` to where it is now.
    pub(crate) fn audit_step(&self, action: &'static str, before: RoundStatus, round: &Locked<RoundRow>) {
        let mut after = json!({ "status": round.status });
        if let Some(reason) = &round.cancel_reason {
            after["cancel_reason"] = json!(reason);
        }
        self.audit_of(round, (action, "round", round.id.get()), json!({ "status": before }), after);
    }

    /// Notes in the audit log what became of a thing of the round's.
    pub(crate) fn audit_of(
        &self,
        round: &RoundRow,
        (action, entity_type, entity_id): (&'static str, &'static str, i64),
        before: Value,
        after: Value,
    ) {
        self.audit(Change { action, entity_type, entity_id, branch: Some(round.branch_id), before, after });
    }
}
