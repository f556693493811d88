//! Refunds: tasks for a manager, and money on its way back.

use crate::{
    error::{Error, Result},
    payment::{Bill, PaymentRow},
    scoped::admitted,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{
    BranchId, Cents, PaymentId, RefundId, UserId,
    money::MoneyError,
    payment::{RefundKind, RefundStatus},
};
use entity::{payment, refund};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

/// A refund's row.
pub type RefundRow = refund::Model;

/// A refund with everything that money on its way back may change, locked in order.
#[derive(Debug)]
pub struct LockedRefund {
    /// The party, and what it owes; none when the payment has found no check.
    pub bill: Option<Bill>,
    /// What was paid.
    pub payment: Locked<PaymentRow>,
    /// What is given back of that.
    pub refund: Locked<RefundRow>,
}

#[derive(FromQueryResult)]
struct Address {
    payment_id: PaymentId,
    branch_id: BranchId,
}

/// Refunds of a payment that `payment.refunded_cents` does not show yet.
#[derive(FromQueryResult)]
pub(super) struct Unshown {
    /// The payment.
    pub(super) id: PaymentId,
    /// Requested from the provider and not answered yet.
    under_way: Cents,
    /// Failed and can be tried again, or kept by a manager's decision.
    pub(super) undecided: Cents,
    /// Given back by the provider because we asked.
    done: Cents,
    /// The same since the provider was last asked about the payment.
    done_since: Cents,
    /// Given back as far as the payment's row knows.
    refunded: Cents,
    /// What is proposed to be given back.
    pub(super) proposed: Option<Cents>,
}

impl Unshown {
    /// Money that is on its way back, or is back and not seen yet.
    ///
    /// The provider may be unreachable for hours, so what it said last can be older than our own refunds, and its order
    /// and ours can differ. The same money must not go back twice, so the larger of the two figures counts.
    ///
    /// # Errors
    /// The sum does not fit.
    pub(super) fn gone(&self) -> Result<Cents, MoneyError> {
        self.under_way.checked_add(self.done.saturating_sub(self.refunded).max(self.done_since))
    }
}

/// Selects one [`Unshown`] per payment. A `where` that names the payments must follow, then [`OF_EACH`].
pub(super) const UNSHOWN: &str = "select p.id, p.refunded_cents as refunded,
        cast(coalesce(sum(case when #refund_under_way(r) then r.amount_cents end), 0) as bigint) as under_way,
        cast(coalesce(sum(case when r.status = 'FAILED' or r.status = 'DISMISSED' and r.requested_by_id is not null
            then r.amount_cents end), 0) as bigint) as undecided,
        cast(coalesce(sum(case when r.status = 'DONE' and p.provider_payment_id is not null then r.amount_cents end), 0) as bigint) as done,
        cast(coalesce(sum(case when r.status = 'DONE' and r.done_at > p.seen_at then r.amount_cents end), 0) as bigint) as done_since,
        cast(max(case when r.status = 'PROPOSED' then r.amount_cents end) as bigint) as proposed
    from payment p left join refund r on r.payment_id = p.id";

/// The end of [`UNSHOWN`].
pub(super) const OF_EACH: &str = "group by p.id, p.refunded_cents";

impl UnitOfWork {
    /// What of a payment gone back, or about to, its row does not show.
    async fn unshown(&self, payment: PaymentId) -> Result<Unshown> {
        let sql = sql!(row("id"), "{UNSHOWN} where p.id = $1 {OF_EACH}");
        self.one(sql, [payment.into()]).await?.ok_or(Error::NotFound("payment"))
    }

    /// Adds a refund under a key of its own, by which the provider knows it again. One that is queued is a worker's.
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
            created_at: Set(self.now()),
            done_at: Set(done.then(|| self.now())),
            ..Default::default()
        };
        let refund = row.insert(self.tx()).await?;
        if let (RefundStatus::Queued, Some(account)) = (status, payment.account_id) {
            self.enqueue_refund(&refund, account).await?;
        }
        Ok(refund)
    }

    /// Locks a refund of the caller's, and before it its payment, with its session and check if it has them.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn lock_refund(&self, scope: &impl Scope, id: RefundId) -> Result<LockedRefund> {
        // A refund keeps its payment for ever, so reading that without a lock is safe.
        let sql = sql!(tenant, "select payment_id, branch_id from refund where id = $1 and tenant_id = $2");
        let address: Option<Address> = self.one(sql, [id.into(), scope.tenant_id().into()]).await?;
        let address = admitted(scope, "refund", address, |row| row.branch_id)?;
        let (bill, payment) = self.lock_payment(scope, address.payment_id).await?;
        let refund = refund::Entity::find_by_id(id)
            .filter(refund::Column::TenantId.eq(scope.tenant_id()))
            .lock_exclusive()
            .one(self.tx())
            .await?;
        let refund = refund.map(Locked::new).ok_or(Error::NotFound("refund"))?;
        Ok(LockedRefund { bill, payment, refund })
    }

    /// What of a payment is on its way back already, or back without the provider having told.
    ///
    /// # Errors
    /// The database failed.
    pub async fn refunding(&self, payment: &Locked<PaymentRow>) -> Result<Cents> {
        Ok(self.unshown(payment.id).await?.gone()?)
    }

    /// Where a refund of that payment stands now, and who says so. One that is queued is due at once, with its attempts
    /// before it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn decide_refund(
        &self,
        payment: &Locked<PaymentRow>,
        refund: &Locked<RefundRow>,
        status: RefundStatus,
        amount: Cents,
        by: UserId,
    ) -> Result<RefundRow> {
        let mut row = RefundRow::clone(refund).into_active_model();
        row.status = Set(status);
        row.amount_cents = Set(amount);
        row.requested_by_id = Set(Some(by));
        if status == RefundStatus::Queued {
            row.attempts = Set(0);
            row.next_at = Set(self.now());
        }
        if matches!(status, RefundStatus::Done | RefundStatus::Dismissed) {
            row.done_at = Set(Some(self.now()));
        }
        let decided = row.update(self.tx()).await?;
        if let (RefundStatus::Queued, Some(account)) = (status, payment.account_id) {
            self.enqueue_refund(&decided, account).await?;
        }
        Ok(decided)
    }
}
