//! A manager cancels a round, and says why: by the button made for it, or by the status call (W14).
//!
//! Its tickets are deleted with it: a canceled round that a station could still see would still be cooked. What it came
//! to is owed no more from the same commit on (I5, design.md §6). The two calls do one and the same thing; only what
//! they say of a round that cannot be canceled any more differs, because the clients of the older one know a 400.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{AnyRole, Management, RoleSet, Staff};
use domain::{IllegalTransition, RoundId, round::RoundAction, text::Name};
use store::{Answer, Attempt, Database};

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
    cancel_or(db, staff, round, reason, attempt, Error::IllegalConflict).await
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
    cancel_or(db, staff, round, reason, attempt, Error::Illegal).await
}

async fn cancel_or<R: RoleSet>(
    db: &Database,
    staff: &Staff<R>,
    round: RoundId,
    reason: &Name<200>,
    attempt: &Attempt,
    refusal: fn(IllegalTransition) -> Error,
) -> Result<Answer> {
    command(
        db,
        "round.cancel",
        (staff, attempt),
        |uow| async move { uow.lock_round(staff, round).await },
        |act, (session, round)| async move {
            let canceled = round.status.after(RoundAction::Cancel).map_err(refusal)?;
            act.ensure_may(RoundAction::Cancel, &session)?;
            let untouched = act.untouched(&round, None).await?;
            let moved = act.move_round(&session, &round, canceled, Some(reason.as_str())).await?;
            act.give_back(&session, untouched);
            act.audit_step("CANCEL", round.status, &moved);
            Ok(Done::Changed(act.uow.kitchen_round(&session, &moved).await?))
        },
    )
    .await
}
