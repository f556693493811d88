//! What every change of a round has in common: its new state, its tickets, its event and its audit row are written by
//! one transaction under the session's lock, so that the kitchen has a round if and only if its tickets exist.

use crate::{Error, Result, menu::portions};
use auth::{RoleSet, Scope, Staff};
use domain::{
    ProductId, RoundItemId,
    event::{Event, RoundRef},
    kitchen::TicketStatus,
    round::{RoundAction, RoundStatus},
};
use serde_json::json;
use store::{Answer, Attempt, Change, Locked, RoundRow, Seated, UnitOfWork};

/// A member of staff about to change a locked round.
pub(crate) struct Mover<'a, R: RoleSet> {
    pub(crate) uow: &'a UnitOfWork,
    pub(crate) staff: &'a Staff<R>,
    pub(crate) attempt: &'a Attempt,
    pub(crate) session: &'a Locked<Seated>,
}

impl<R: RoleSet> Mover<'_, R> {
    /// # Errors
    /// No role held in the round's branch gives the right.
    pub(crate) fn ensure_may(&self, action: RoundAction) -> Result<()> {
        let allowed = action.allowed_for(&self.staff.roles_in(self.session.session.branch_id));
        if allowed { Ok(()) } else { Err(Error::Forbidden("Your role does not allow this step of a round")) }
    }

    /// Moves the round as a whole: its tickets follow without an event of their own, and so does the check of a round
    /// that is canceled, by whatever road it comes to that: what it came to is owed no more (design.md §6).
    pub(crate) async fn whole(
        &self,
        round: &Locked<RoundRow>,
        to: RoundStatus,
        reason: Option<&str>,
    ) -> Result<Locked<RoundRow>> {
        let moved = self.uow.set_round_status(round, to, self.staff.user_id(), reason).await?;
        match (TicketStatus::of_round(to), TicketStatus::of_round(round.status)) {
            (None, None) => {}
            (None, Some(_)) => self.uow.delete_tickets(&moved).await?,
            (Some(_), None) => self.uow.insert_tickets(self.session, moved.id).await?,
            (Some(now), Some(before)) if now < before => self.uow.recall_tickets(&moved, now).await?,
            (Some(now), Some(_)) => self.uow.advance_tickets(&moved, now).await?,
        }
        self.tell(&moved);
        if to == RoundStatus::Canceled {
            self.reprice("round.cancel").await?;
        }
        Ok(moved)
    }

    /// Moves the round because its tickets did, which therefore stay as they are.
    pub(crate) async fn follow(&self, round: &Locked<RoundRow>, to: RoundStatus) -> Result<Locked<RoundRow>> {
        let moved = self.uow.set_round_status(round, to, self.staff.user_id(), None).await?;
        self.tell(&moved);
        Ok(moved)
    }

    fn tell(&self, round: &RoundRow) {
        let event = Event::round_is(round.status, RoundRef { round_id: round.id, round_number: round.round_number });
        self.emit(event);
    }

    pub(crate) fn emit(&self, event: Event) {
        let actor = self.staff.actor(self.session.session.branch_id);
        self.uow.emit(self.session.place(), actor, event);
    }

    /// Brings the session's check in line with what was ordered, if there is one.
    pub(crate) async fn reprice(&self, cause: &str) -> Result<()> {
        crate::check::reprice(self.uow, self.session, self.staff.actor(self.session.session.branch_id), cause).await
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

    /// Has the branch sell those portions again. Last of all, since others wait for its menu's rows.
    pub(crate) async fn give_back(&self, portions: &[(ProductId, i32)]) -> Result<()> {
        self.told(portions::give_back(self.uow, self.session, portions).await?).await
    }

    pub(crate) async fn told(&self, turned: portions::Turned) -> Result<()> {
        turned.tell(self.uow, self.session, self.staff.actor(self.session.session.branch_id)).await
    }

    /// Notes in the audit log that the round went from `before` to where it is now.
    pub(crate) fn audit_step(&self, action: &'static str, before: RoundStatus, round: &Locked<RoundRow>) {
        let mut after = json!({ "status": round.status });
        if let Some(reason) = &round.cancel_reason {
            after["cancel_reason"] = json!(reason);
        }
        self.audit(action, "round", round.id.get(), json!({ "status": before }), after);
    }

    pub(crate) fn audit(
        &self,
        action: &'static str,
        entity_type: &'static str,
        entity_id: i64,
        before: serde_json::Value,
        after: serde_json::Value,
    ) {
        let branch = Some(self.session.session.branch_id);
        let change = Change { action, entity_type, entity_id, branch, before, after };
        self.uow.audit(self.staff, self.attempt, change);
    }
}

/// The answer to a command whose object is gone: if it was this very command that took it away, what was said then
/// (I7), else "not found".
pub(crate) async fn repeat<R: RoleSet>(
    uow: &UnitOfWork,
    staff: &Staff<R>,
    attempt: &Attempt,
    noun: &'static str,
) -> Result<Answer> {
    // The key that this claims is let go again by the rollback that the error causes.
    uow.first_answer(staff, attempt).await?.ok_or(Error::NotFound(noun))
}
