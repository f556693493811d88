//! Asks that the provider give money back: only written down here, under the payment's lock. A worker tells the provider
//! and the next sight of the payment moves the ledger, so a refund counts when the provider says so and not before.

use crate::Result;
use auth::{Management, Staff};
use domain::{
    Cents,
    payment::{RefundKind, RefundStatus},
};
use serde_json::json;
use store::{Attempt, Change, Locked, PaymentRow, RefundRow, UnitOfWork};

/// Queues the refund. The caller has seen that so much is left beside what is on its way back already.
pub(super) async fn refund_at_provider(
    uow: &UnitOfWork,
    staff: &Staff<Management>,
    attempt: &Attempt,
    payment: &Locked<PaymentRow>,
    amount: Cents,
    reason: &str,
) -> Result<RefundRow> {
    let (kind, by) = (RefundKind::Request, Some(staff.user_id()));
    let refund = uow.insert_refund(payment, kind, RefundStatus::Queued, amount, reason, by).await?;
    let change = Change {
        action: "REFUND",
        entity_type: "payment",
        entity_id: payment.id.get(),
        branch: Some(payment.branch_id),
        before: json!({ "status": payment.status, "refunded_cents": payment.refunded_cents }),
        after: json!({ "refund_id": refund.id, "refund_status": refund.status, "amount_cents": amount, "reason": reason }),
    };
    uow.audit(staff, attempt, change);
    Ok(refund)
}
