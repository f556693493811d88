//! A manager cancels a round, and says why: by the button made for it, or by the status call (W14).
//!
//! Its tickets are deleted with it: a canceled round that a station could still see would still be cooked. What it came
//! to is owed no more from the same commit on (I5, design.md §6). The two calls do one and the same thing; only what
//! they say of a round that cannot be canceled any more differs, because the clients of the older one know a 400.

use super::Mover;
use crate::{Error, Result};
use auth::{AnyRole, Management, RoleSet, Staff};
use domain::{IllegalTransition, RoundId, round::RoundAction, text::Name};
use store::{Answer, Attempt, Database, UnitOfWork};

/// Cancels the round, up to the moment it is ready.
///
/// # Errors
/// No such round; it is ready, served or canceled, which is a conflict.
pub async fn cancel(
    db: &Database,
    staff: &Staff<Management>,
    round: RoundId,
    reason: &Name<200>,
    attempt: &Attempt,
) -> Result<Answer> {
    db.transaction("round.cancel", |uow| async move {
        cancel_locked(&uow, staff, round, reason, attempt, Error::Conflict).await
    })
    .await
}

/// The same as a step of the round's: the state is judged before the role, as the clients expect.
///
/// # Errors
/// No such round; its state does not allow it; the caller does not manage its branch.
pub async fn cancel_by_status(
    db: &Database,
    staff: &Staff<AnyRole>,
    round: RoundId,
    reason: &Name<200>,
    attempt: &Attempt,
) -> Result<Answer> {
    db.transaction("round.cancel", |uow| async move {
        cancel_locked(&uow, staff, round, reason, attempt, Error::Illegal).await
    })
    .await
}

async fn cancel_locked<R: RoleSet>(
    uow: &UnitOfWork,
    staff: &Staff<R>,
    round: RoundId,
    reason: &Name<200>,
    attempt: &Attempt,
    refusal: fn(IllegalTransition) -> Error,
) -> Result<Answer> {
    let (session, round) = uow.lock_round(staff, round).await?;
    if let Some(first) = uow.first_answer(staff, attempt).await? {
        return Ok(first);
    }
    let mover = Mover { uow, staff, attempt, session: &session };
    let canceled = round.status.after(RoundAction::Cancel).map_err(refusal)?;
    mover.ensure_may(RoundAction::Cancel)?;
    let untouched = mover.untouched(&round, None).await?;
    let moved = mover.whole(&round, canceled, Some(reason.as_str())).await?;
    mover.give_back(&untouched).await?;
    mover.audit_step("CANCEL", round.status, &moved);
    let answer = Answer::json(200, &uow.kitchen_round(&session, &moved).await?)?;
    Ok(uow.answer(staff, attempt, answer).await?)
}
