//! The kitchen takes its last bump back: the wrong button on a greasy screen.
//!
//! Round and tickets go back together, so no station works on what the display calls waiting.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{KitchenCrew, Staff};
use domain::{RoundId, round::RoundAction};
use store::{Answer, Attempt, Database};

/// IN_KITCHEN → SUBMITTED, READY → IN_KITCHEN.
///
/// # Errors
/// No such round; there is no bump to take back; the party left.
pub async fn recall(db: &Database, staff: &Staff<KitchenCrew>, round: RoundId, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "round.recall",
        (staff, attempt),
        |uow| async move { uow.lock_round(staff, round).await },
        |act, (session, round)| async move {
            let back = round.status.after(RoundAction::Recall).map_err(Error::IllegalConflict)?;
            act.ensure_may(RoundAction::Recall, &session)?;
            session.status.ensure_live()?;
            let moved = act.move_round(&session, &round, back, None).await?;
            act.audit_step("UPDATE", round.status, &moved);
            Ok(Done::Changed(act.uow.kitchen_round(&session, &moved).await?))
        },
    )
    .await
}
