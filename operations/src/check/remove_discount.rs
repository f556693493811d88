//! A manager puts back what was taken off a check.
//!
//! The check comes to more again; money that lay idle as credit covers it first, and the proposal to give that back
//! goes.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Management, Staff};
use domain::{DiscountId, ProblemCode, check::CheckStatus};
use serde_json::{Value, json};
use store::{Answer, Attempt, Change, Database};
use wire::check::RemovedDiscount;

/// Removes it.
///
/// # Errors
/// No such discount; the party has left; the key was used for another request.
pub async fn remove_discount(
    db: &Database,
    staff: &Staff<Management>,
    id: DiscountId,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "check.remove_discount",
        (staff, attempt),
        |uow| async move { uow.lock_discount(staff, id).await },
        |act, (session, check, discount)| async move {
            if check.closed_at.is_some() {
                return Err(Error::refused(
                    ProblemCode::CheckClosed,
                    "The party has left; nothing can be added to its check",
                ));
            }
            act.uow.delete_discount(&check, id).await?;
            let (of, withdrawn) = ((&session, &check), check.status == CheckStatus::Open);
            let settled = act.settle_check(of, withdrawn, None, "check.remove_discount").await?;
            act.tell_total(of, &settled);
            let change = Change {
                action: "DELETE",
                entity_type: "check_discount",
                entity_id: id.get(),
                branch: Some(check.branch_id),
                before: json!({ "check_id": check.id, "discount_type": discount.kind, "value": discount.value,
                "reason": discount.reason, "total_cents": check.total_cents }),
                after: Value::Null,
            };
            act.audit(change);
            let removed = RemovedDiscount {
                discount_id: id,
                check_id: check.id,
                session_id: check.session_id,
                total_cents: settled.total,
                paid_cents: settled.paid,
                remaining_cents: settled.remaining(),
                status: settled.status,
            };
            Ok(Done::Changed(removed))
        },
    )
    .await
}
