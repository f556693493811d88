//! Asks that the provider give money back: only written down here, under the payment's lock. A worker tells the
//! provider and the next sight of the payment moves the ledger, so a refund counts when the provider says so and not
//! before.

use crate::{Error, Result, command::Act};
use auth::{Management, Staff};
use domain::{
    Cents, ProblemCode,
    payment::{AccountStatus, RefundKind, RefundStatus},
};
use serde_json::json;
use store::{Change, Locked, PaymentRow, RefundRow, UnitOfWork};

/// The account the payment came through is in use, and stays so until this transaction ends. One that is merely out of
/// order is: what is asked of it waits for its credentials.
///
/// # Errors
/// It was taken out of use, so nobody would ever ask the provider.
pub(super) async fn open_account(uow: &UnitOfWork, payment: &PaymentRow) -> Result<()> {
    let account = payment.account_id.ok_or(Error::NotFound("payment account"))?;
    if uow.hold_account(account).await? == AccountStatus::Disabled {
        let detail = "Its payment account is not in use any more; give the money back in the provider's own panel";
        return Err(Error::refused(ProblemCode::AccountDisabled, detail));
    }
    Ok(())
}

impl Act<'_, Staff<Management>> {
    /// Queues the refund. The caller has seen that so much is left beside what is on its way back already.
    pub(super) async fn refund_at_provider(
        &self,
        payment: &Locked<PaymentRow>,
        amount: Cents,
        reason: &str,
    ) -> Result<RefundRow> {
        open_account(&self.uow, payment).await?;
        let (kind, by) = (RefundKind::Request, Some(self.by.user_id()));
        let refund = self.uow.insert_refund(payment, kind, RefundStatus::Queued, amount, reason, by).await?;
        let change = Change {
            action: "REFUND",
            entity_type: "payment",
            entity_id: payment.id.get(),
            branch: Some(payment.branch_id),
            before: json!({ "status": payment.status, "refunded_cents": payment.refunded_cents }),
            after: json!({ "refund_id": refund.id, "refund_status": refund.status, "amount_cents": amount, "reason": reason }),
        };
        self.audit(change);
        Ok(refund)
    }
}
