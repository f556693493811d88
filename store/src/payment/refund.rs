//! Refunds: tasks for a manager, and money on its way back.

use crate::{
    check::CheckRow,
    error::Result,
    unit_of_work::{Locked, UnitOfWork},
};
use domain::{
    Cents, UserId,
    payment::{RefundKind, RefundStatus},
};
use entity::{payment, refund};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use uuid::Uuid;

/// A refund's row.
pub type RefundRow = refund::Model;

impl UnitOfWork {
    /// Makes the proposal to give back what of a payment covers nothing say `unapplied`; none when that is nothing.
    /// `refund_proposed` keeps it to one proposal a payment.
    ///
    /// # Errors
    /// The database failed.
    pub async fn propose_refund(
        &self,
        _check: &Locked<CheckRow>,
        payment: &payment::Model,
        unapplied: Cents,
    ) -> Result<()> {
        if unapplied == Cents::ZERO {
            let sql =
                "update refund set status = 'DISMISSED', done_at = $2 where payment_id = $1 and status = 'PROPOSED'";
            self.run(sql, [payment.id.into(), self.now().into()]).await?;
            return Ok(());
        }
        let sql = "update refund set amount_cents = $2 where payment_id = $1 and status = 'PROPOSED'";
        if self.run(sql, [payment.id.into(), unapplied.into()]).await? == 0 {
            let reason = "More was paid than is owed";
            self.insert_refund(payment, RefundKind::Overpayment, RefundStatus::Proposed, unapplied, reason, None)
                .await?;
        }
        Ok(())
    }

    /// Adds a refund under a key of its own, by which the provider knows it again.
    ///
    /// # Errors
    /// The payment has a proposal already.
    pub async fn insert_refund(
        &self,
        payment: &payment::Model,
        kind: RefundKind,
        status: RefundStatus,
        amount: Cents,
        reason: &str,
        by: Option<UserId>,
    ) -> Result<RefundRow> {
        let done = status == RefundStatus::Done;
        let row = refund::ActiveModel {
            tenant_id: Set(payment.tenant_id),
            branch_id: Set(payment.branch_id),
            payment_id: Set(payment.id),
            key: Set(Uuid::new_v4().to_string()),
            kind: Set(kind),
            amount_cents: Set(amount),
            status: Set(status),
            reason: Set(reason.to_owned()),
            requested_by_id: Set(by),
            attempts: Set(0),
            next_at: Set(self.now()),
            fence: Set(0),
            created_at: Set(self.now()),
            done_at: Set(done.then(|| self.now())),
            ..Default::default()
        };
        Ok(row.insert(self.tx()).await?)
    }
}
