//! A manager puts back what was taken off a check.
//!
//! The check comes to more again; money that lay idle as credit covers it first, and the proposal to give that back goes.

use super::Till;
use crate::{Error, Result};
use auth::{Management, Scope, Staff};
use domain::{Cents, CheckId, DiscountId, SessionId, check::CheckStatus};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Answer, Attempt, Change, Database};
use utoipa::ToSchema;

/// The check after it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RemovedDiscount {
    /// The discount that is gone.
    pub discount_id: DiscountId,
    /// The check.
    pub check_id: CheckId,
    /// Its session.
    pub session_id: SessionId,
    /// What the check comes to now, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// What is left to pay, in cents.
    pub remaining_cents: Cents,
    /// Where the check stands.
    pub status: CheckStatus,
}

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
    db.transaction("check.remove_discount", |uow| async move {
        let (session, check, discount) = match uow.lock_discount(staff, id).await {
            // A repeat finds no discount to lock any more; its answer is there all the same.
            Err(store::Error::NotFound(noun)) => {
                return uow.first_answer(staff, attempt).await?.ok_or(Error::NotFound(noun));
            }
            locked => locked?,
        };
        if let Some(first) = uow.first_answer(staff, attempt).await? {
            return Ok(first);
        }
        if check.closed_at.is_some() {
            return Err(Error::refused("check_closed", "The party has left; nothing can be added to its check"));
        }
        uow.delete_discount(&check, id).await?;
        let till = Till { uow: &uow, session: &session, check: &check, actor: staff.actor(check.branch_id) };
        let settled = till.settle(check.status == CheckStatus::Open, None, "check.remove_discount").await?;
        till.tell_total(&settled);
        let change = Change {
            action: "DELETE",
            entity_type: "check_discount",
            entity_id: id.get(),
            branch: Some(check.branch_id),
            before: json!({ "check_id": check.id, "discount_type": discount.kind, "value": discount.value,
                "reason": discount.reason, "total_cents": check.total_cents }),
            after: Value::Null,
        };
        uow.audit(staff, attempt, change);
        let removed = RemovedDiscount {
            discount_id: id,
            check_id: check.id,
            session_id: check.session_id,
            total_cents: settled.total,
            paid_cents: settled.paid,
            remaining_cents: settled.remaining(),
            status: settled.status,
        };
        Ok(uow.answer(staff, attempt, Answer::json(200, &removed)?).await?)
    })
    .await
}
