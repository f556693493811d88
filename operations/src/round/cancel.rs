//! A manager cancels a round, and says why.
//!
//! Its tickets are deleted with it: a canceled round that a station could still see would still be cooked.

use super::Mover;
use crate::{Error, Result};
use auth::{Management, Staff};
use domain::{RoundId, round::RoundAction, text::Name};
use store::{Answer, Attempt, Database};

/// Cancels the round, up to the moment it is ready.
///
/// # Errors
/// No such round; it is ready, served or canceled.
pub async fn cancel(
    db: &Database,
    staff: &Staff<Management>,
    round: RoundId,
    reason: &Name<200>,
    attempt: &Attempt,
) -> Result<Answer> {
    db.transaction("round.cancel", |uow| async move {
        let (session, round) = uow.lock_round(staff, round).await?;
        if let Some(first) = uow.first_answer(staff, attempt).await? {
            return Ok(first);
        }
        let mover = Mover { uow: &uow, staff, attempt, session: &session };
        let canceled = round.status.after(RoundAction::Cancel).map_err(Error::Conflict)?;
        mover.ensure_may(RoundAction::Cancel)?;
        let untouched = mover.untouched(&round, None).await?;
        let moved = mover.whole(&round, canceled, Some(reason.as_str())).await?;
        mover.reprice("round.cancel").await?;
        mover.give_back(&untouched).await?;
        mover.audit_step("CANCEL", round.status, &moved);
        let answer = Answer::json(200, &uow.kitchen_round(&session, &moved).await?)?;
        Ok(uow.answer(staff, attempt, answer).await?)
    })
    .await
}
