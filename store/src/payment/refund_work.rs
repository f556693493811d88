//! Refunds as their worker sees them: pieces of the queue, one of a payment at a time.
//!
//! Two refunds of one payment under way at once could not be told apart in the provider's list when an answer is lost;
//! in turn they can (S11).

use super::{AccountRow, PaymentRow, RefundRow};
use crate::{
    Database,
    error::{Error, Result},
    queue::{Item, Outcome, Piece, REFUNDS, Reason},
    sql::sql,
    unit_of_work::{UnitOfWork, all},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, PaymentId, RefundId, payment::RefundStatus};
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

impl RefundStep {
    /// What that means for the queue. One that the provider has taken and not decided holds up no other refund of its
    /// payment: it has a number, by which it is known.
    #[must_use]
    pub fn outcome(&self) -> Outcome<'_> {
        let again = |in_turn| Outcome::Again {
            at: self.next_at,
            attempts: self.attempts,
            error: self.error.as_deref(),
            in_turn,
        };
        match self.status {
            RefundStatus::Queued | RefundStatus::Running => again(true),
            RefundStatus::Pending => again(false),
            RefundStatus::Proposed | RefundStatus::Done | RefundStatus::Failed | RefundStatus::Dismissed => {
                Outcome::Done
            }
        }
    }
}

impl UnitOfWork {
    /// Has a worker ask the provider for the refund.
    pub(super) async fn enqueue_refund(&self, refund: &RefundRow, account: AccountId) -> Result<()> {
        let subject = refund.id.to_string();
        let series = Some(refund.payment_id.get());
        let item = Item { tenant: refund.tenant_id, lane: account.get(), kind: "", subject: &subject, series };
        self.enqueue(&REFUNDS, item, Reason::PLAIN).await.map(drop)
    }

    /// Takes up a leased refund, for as long as that; `None` when nothing is to be asked any more.
    ///
    /// # Errors
    /// The lease was lost.
    pub async fn take_refund(&self, piece: &Piece, lease: TimeDelta) -> Result<Option<RefundRow>> {
        let id: RefundId = piece.subject.parse().map_err(|_| Error::NotFound("refund"))?;
        let sql =
            sql!(row("id"), "update refund set status = 'RUNNING' where id = $1 and #refund_under_way() returning *");
        let refund = self.one(sql, [id.into()]).await?;
        self.hold_work(piece, lease).await?;
        Ok(refund)
    }

    /// Notes where a refund stands after a try. The piece is finished apart, after all else that the try writes: its
    /// row is locked last (I4).
    ///
    /// # Errors
    /// Somebody else had the refund and is done with it; another refund of the payment has the provider's number.
    pub async fn step_refund(&self, refund: &RefundRow, step: &RefundStep) -> Result<()> {
        let sql = sql!(
            row("id"),
            "update refund set status = $2, provider_refund_id = coalesce($3, provider_refund_id), attempts = $4,
            next_at = $5, last_error = $6, done_at = case when $2 = 'DONE' then $7 else done_at end,
            business_day = case when $2 = 'DONE' then $8 else business_day end
            where id = $1 and status = 'RUNNING'"
        );
        let values = [
            refund.id.into(),
            step.status.as_str().into(),
            step.provider_refund_id.clone().into(),
            step.attempts.into(),
            step.next_at.into(),
            step.error.clone().into(),
            self.now().into(),
            self.business_day(refund.branch_id).await?.into(),
        ];
        if self.run(sql, values).await? == 0 { Err(Error::LeaseLost) } else { Ok(()) }
    }
}

impl Database {
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
