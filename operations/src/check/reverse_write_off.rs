//! A manager takes back what was written off of a check: somebody who had left is at the counter and pays
//! (decisions/042).
//!
//! The write-off stays on its day; what was taken back is booked on today. The debt is among the open checks again and
//! can be paid without opening the session, whose table may be somebody else's by now.

use super::{Settled, settle::LockedCheck};
use crate::{
    Error, Result,
    command::{Act, Done, command},
};
use auth::{Management, Staff};
use domain::{Cents, CheckId, ProblemCode};
use serde_json::json;
use store::{Answer, Attempt, Change, Database};
use wire::check::{ReversedWriteOff, ReversingWriteOff};

/// Takes back all of it.
///
/// # Errors
/// No such check; nothing of it is written off; the key was used for another request.
pub async fn reverse_write_off(
    db: &Database,
    staff: &Staff<Management>,
    check_id: CheckId,
    wanted: &ReversingWriteOff,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "check.reverse_write_off",
        (staff, attempt),
        |uow| async move { uow.lock_check(staff, check_id).await },
        |act, (session, check)| async move {
            let reversed = check.written_off_cents;
            if reversed == Cents::ZERO {
                return Err(Error::refused(ProblemCode::NothingWrittenOff, "Nothing of it is written off"));
            }
            let settled = act.reverse_write_offs((&session, &check), wanted.reason.as_str()).await?;
            let told = ReversedWriteOff {
                check_id: check.id,
                reversed_cents: reversed,
                total_cents: settled.total,
                paid_cents: settled.paid,
                written_off_cents: settled.written_off,
                remaining_cents: settled.remaining(),
                status: settled.status,
            };
            Ok(Done::Changed(told))
        },
    )
    .await
}

impl Act<'_, Staff<Management>> {
    /// Takes back all that is written off of a check and tells whoever shows it.
    pub(crate) async fn reverse_write_offs(&self, (session, check): LockedCheck<'_>, reason: &str) -> Result<Settled> {
        let (before, reversed) = (Settled::of(check), check.written_off_cents);
        self.uow.reverse_write_offs(check, reversed, Some(self.by.user_id()), reason).await?;
        let check = self.uow.lock_check_of(session).await?.ok_or(Error::NotFound("check"))?;
        let settled = self.settle_check((session, &check), false, None, "check.reverse_write_off").await?;
        self.tell_total((session, &check), &settled);
        self.audit(Change {
            action: "WRITE_OFF_REVERSAL",
            entity_type: "check",
            entity_id: check.id.get(),
            branch: Some(check.branch_id),
            before: json!({ "status": before.status, "remaining_cents": before.remaining() }),
            after: json!({ "status": settled.status, "remaining_cents": settled.remaining(), "amount_cents": reversed,
                "reason": reason }),
        });
        Ok(settled)
    }
}
