//! A manager gives up what a party left owing, and says why (I12).
//!
//! The check keeps its total and what was paid; the report of write-offs and the audit log have the amount. Open checks
//! and the incidents that asked about it have it no more.

use super::Settled;
use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Management, Staff};
use domain::{Cents, CheckId, ProblemCode, payment::IncidentKind};
use serde_json::json;
use store::{Answer, Attempt, Change, Database};
use wire::check::{WritingOff, WrittenOff};

/// Writes it off.
///
/// # Errors
/// No such check; the party is still there; nothing is owed, or less than that; the key was used for another request.
pub async fn write_off(
    db: &Database,
    staff: &Staff<Management>,
    check_id: CheckId,
    wanted: &WritingOff,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "check.write_off",
        (staff, attempt),
        |uow| async move { uow.lock_check(staff, check_id).await },
        |act, (session, check)| async move {
            if check.closed_at.is_none() {
                let detail = "The party is still there; take a discount off its check";
                return Err(Error::refused(ProblemCode::PartyStillHere, detail));
            }
            let before = Settled::of(&check);
            let owed = before.remaining();
            if owed == Cents::ZERO {
                return Err(Error::refused(ProblemCode::NothingOwed, "Nothing is owed"));
            }
            let amount = wanted.amount_cents.map_or(owed, domain::Amount::cents);
            if amount > owed {
                return Err(Error::TooMuch { remaining: owed });
            }
            let id = act.uow.insert_write_off(&check, amount, wanted.reason.as_str(), staff.user_id()).await?;
            let check = act.uow.lock_check_of(&session).await?.ok_or(Error::NotFound("check"))?;
            let settled = act.settle_check((&session, &check), false, None, "check.write_off").await?;
            if settled.remaining() == Cents::ZERO {
                act.uow.resolve_incidents_of(check.id, IncidentKind::Reopened, staff.user_id()).await?;
            }
            let change = Change {
                action: "WRITE_OFF",
                entity_type: "check",
                entity_id: check.id.get(),
                branch: Some(check.branch_id),
                before: json!({ "status": before.status, "remaining_cents": owed }),
                after: json!({ "status": settled.status, "remaining_cents": settled.remaining(), "write_off_id": id,
                    "amount_cents": amount, "reason": wanted.reason }),
            };
            act.audit(change);
            let told = WrittenOff {
                write_off_id: id,
                check_id: check.id,
                amount_cents: amount,
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
