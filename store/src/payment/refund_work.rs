//! Refunds as their worker sees them: leased by a fencing number like the queue's rows, one of a payment at a time.
//!
//! Two refunds of one payment under way at once could not be told apart in the provider's list when an answer is lost;
//! in turn they can (S11).

use super::{AccountRow, PaymentRow, RefundRow};
use crate::{
    Database,
    error::{Error, Result},
    sql::sql,
    unit_of_work::{UnitOfWork, all},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{PaymentId, RefundId, payment::RefundStatus};
use entity::payment;
use sea_orm::{EntityTrait, FromQueryResult};

/// What became of a try.
#[derive(Clone, Debug)]
pub struct RefundStep {
    /// Where the refund stands now.
    pub status: RefundStatus,
    /// The provider's number of it, once there is one.
    pub provider_refund_id: Option<String>,
    /// Failures in a row.
    pub attempts: i32,
    /// When it is looked at again, where it is.
    pub next_at: DateTime<Utc>,
    /// What went wrong.
    pub error: Option<String>,
}

// Only the oldest of a payment's open refunds is due; one that the provider has not decided (PENDING) holds up no
// other.
const DUE: &str = "select r.id from refund r
        join payment p on p.id = r.payment_id join provider_account a on a.id = p.account_id
    where a.status = 'ACTIVE'
      and (#refund_waiting(r) and r.next_at <= $1 or r.status = 'RUNNING' and r.lease_until < $1)
      and not exists (select 1 from refund o where o.payment_id = r.payment_id and o.id <> r.id
          and (o.status = 'RUNNING' and o.lease_until >= $1 or o.id < r.id and #refund_unasked(o)))
    order by r.next_at limit $2";

impl UnitOfWork {
    /// Leases refunds that are due, at most `limit`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lease_refunds(&self, limit: i64, lease: TimeDelta) -> Result<Vec<RefundRow>> {
        let sql = sql!(
            unscoped("the refunds of all businesses: a worker takes what is due"),
            "/* housekeeping */ update refund set status = 'RUNNING', fence = fence + 1, lease_until = $3
             where id in ({DUE} #pg(for update of r skip locked)) returning *"
        );
        self.all(sql, [self.now().into(), limit.into(), (self.now() + lease).into()]).await
    }

    /// Notes what became of a try. False when the lease was lost: nothing of this transaction may stay.
    ///
    /// # Errors
    /// The database failed; another refund of the payment has the provider's number already.
    pub async fn step_refund(&self, refund: &RefundRow, step: &RefundStep) -> Result<bool> {
        let sql = sql!(
            row("id"),
            "update refund set status = $3, provider_refund_id = coalesce($4, provider_refund_id), attempts = $5,
            next_at = $6, lease_until = null, last_error = $7, done_at = case when $3 = 'DONE' then $8 else done_at end
            where id = $1 and fence = $2 and status = 'RUNNING'"
        );
        let values = [
            refund.id.into(),
            refund.fence.into(),
            step.status.as_str().into(),
            step.provider_refund_id.clone().into(),
            step.attempts.into(),
            step.next_at.into(),
            step.error.clone().into(),
            self.now().into(),
        ];
        Ok(self.run(sql, values).await? > 0)
    }
}

impl Database {
    /// Whether a refund is due: a cheap look before a transaction.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_due_refunds(&self) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Row {
            #[expect(dead_code, reason = "only that there is a row matters")]
            id: RefundId,
        }
        let sql =
            sql!(unscoped("the refunds of all businesses: a worker takes what is due"), "/* housekeeping */ {DUE}");
        let found: Vec<Row> = all(self.reader(), sql, [self.clock().now().into(), 1_i64.into()]).await?;
        Ok(!found.is_empty())
    }

    /// The payment of a refund, and the account it came through.
    ///
    /// # Errors
    /// It came through none.
    pub async fn refunded_payment(&self, refund: &RefundRow) -> Result<(PaymentRow, AccountRow)> {
        let payment = payment::Entity::find_by_id(refund.payment_id).one(self.reader()).await?;
        let payment = payment.ok_or(Error::NotFound("payment"))?;
        let account = self.account(payment.account_id.ok_or(Error::NotFound("payment account"))?).await?;
        Ok((payment, account))
    }

    /// The provider's numbers of the payment's other refunds: none of them is this one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn other_refund_ids(&self, payment: PaymentId, refund: RefundId) -> Result<Vec<String>> {
        #[derive(FromQueryResult)]
        struct Row {
            provider_refund_id: String,
        }
        let sql = sql!(
            row("payment_id"),
            "select provider_refund_id from refund
            where payment_id = $1 and id <> $2 and provider_refund_id is not null"
        );
        let rows: Vec<Row> = all(self.reader(), sql, [payment.into(), refund.into()]).await?;
        Ok(rows.into_iter().map(|row| row.provider_refund_id).collect())
    }
}
