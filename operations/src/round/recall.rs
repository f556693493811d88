//! The kitchen takes its last bump back: the wrong button on a greasy screen.
//!
//! Round and tickets go back together, so no station works on what the display calls waiting.

use super::Mover;
use crate::{Error, Result};
use auth::{KitchenCrew, Staff};
use domain::{RoundId, round::RoundAction};
use store::{Answer, Attempt, Database};

/// IN_KITCHEN → SUBMITTED, READY → IN_KITCHEN.
///
/// # Errors
/// No such round; there is no bump to take back.
pub async fn recall(db: &Database, staff: &Staff<KitchenCrew>, round: RoundId, attempt: &Attempt) -> Result<Answer> {
    db.transaction("round.recall", |uow| async move {
        let (session, round) = uow.lock_round(staff, round).await?;
        if let Some(first) = uow.first_answer(staff, attempt).await? {
            return Ok(first);
        }
        let mover = Mover { uow: &uow, staff, attempt, session: &session };
        let back = round.status.after(RoundAction::Recall).map_err(Error::Conflict)?;
        mover.ensure_may(RoundAction::Recall)?;
        let moved = mover.whole(&round, back, None).await?;
        mover.audit_step("UPDATE", round.status, &moved);
        let answer = Answer::json(200, &uow.kitchen_round(&session, &moved).await?)?;
        Ok(uow.answer(staff, attempt, answer).await?)
    })
    .await
}
