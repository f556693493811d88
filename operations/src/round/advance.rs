//! A round takes its next step (W14): confirmed, handed to the kitchen, started, ready, served; or it is canceled.
//!
//! Under the session's lock of two who press at once one finds the state already changed and is refused (DESIGN I5).
//! The state is judged before the role, as the clients expect.

use super::Mover;
use crate::Result;
use auth::{AnyRole, Staff};
use domain::{RoundId, round::RoundAction};
use store::{Answer, Attempt, Database};

/// Does `action`, one that leads to another state, to the round; `reason` is kept where it is canceled.
///
/// # Errors
/// No such round; its state does not allow the step; the caller's role in its branch does not.
pub async fn advance(
    db: &Database,
    staff: &Staff<AnyRole>,
    round: RoundId,
    action: RoundAction,
    reason: Option<&str>,
    attempt: &Attempt,
) -> Result<Answer> {
    db.transaction("round.advance", |uow| async move {
        let (session, round) = uow.lock_round(staff, round).await?;
        if let Some(first) = uow.first_answer(staff, attempt).await? {
            return Ok(first);
        }
        let mover = Mover { uow: &uow, staff, attempt, session: &session };
        let next = round.status.after(action)?;
        mover.ensure_may(action)?;
        let is_cancel = action == RoundAction::Cancel;
        let untouched = if is_cancel { mover.untouched(&round, None).await? } else { Vec::new() };
        let moved = mover.whole(&round, next, reason).await?;
        mover.give_back(&untouched).await?;
        let word = if is_cancel { "CANCEL" } else { "UPDATE" };
        mover.audit_step(word, round.status, &moved);
        let answer = Answer::json(200, &uow.kitchen_round(&session, &moved).await?)?;
        Ok(uow.answer(staff, attempt, answer).await?)
    })
    .await
}
