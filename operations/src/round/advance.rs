//! A round takes its next step (W14): confirmed, handed to the kitchen, started, ready, served. Canceling it is another
//! operation ([`super::cancel_by_status`]), whichever call asks for it.
//!
//! Under the session's lock of two who press at once one finds the state already changed and is refused (I5).
//! The state is judged before the role, as the clients expect.

use super::Mover;
use crate::Result;
use auth::{AnyRole, Staff};
use domain::{RoundId, round::RoundAction};
use store::{Answer, Attempt, Database};

/// Does `action`, one that leads to another state, to the round.
///
/// # Errors
/// No such round; its state does not allow the step; the caller's role in its branch does not.
pub async fn advance(
    db: &Database,
    staff: &Staff<AnyRole>,
    round: RoundId,
    action: RoundAction,
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
        let moved = mover.whole(&round, next, None).await?;
        mover.audit_step("UPDATE", round.status, &moved);
        let answer = Answer::json(200, &uow.kitchen_round(&session, &moved).await?)?;
        Ok(uow.answer(staff, attempt, answer).await?)
    })
    .await
}
