//! A round takes its next step (W14): confirmed, handed to the kitchen, started, ready, served. Canceling it is another
//! operation ([`super::cancel_by_status`]), whichever call asks for it.
//!
//! Under the session's lock of two who press at once one finds the state already changed and is refused (I5).
//! The state is judged before the role, as the clients expect.

use crate::{
    Result,
    command::{Done, command},
};
use auth::{AnyRole, Staff};
use domain::{RoundId, round::RoundAction};
use store::{Answer, Attempt, Database};

/// Does `action`, one that leads to another state, to the round.
///
/// # Errors
/// No such round; its state does not allow the step; the caller's role in its branch does not; the party left.
pub async fn advance(
    db: &Database,
    staff: &Staff<AnyRole>,
    round: RoundId,
    action: RoundAction,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "round.advance",
        (staff, attempt),
        |uow| async move { uow.lock_round(staff, round).await },
        |act, (session, round)| async move {
            let next = round.status.after(action)?;
            act.ensure_may(action, &session)?;
            session.status.ensure_live()?;
            let moved = act.move_round(&session, &round, next, None).await?;
            act.audit_step("UPDATE", round.status, &moved);
            Ok(Done::Changed(act.uow.kitchen_round(&session, &moved).await?))
        },
    )
    .await
}
