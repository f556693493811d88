//! Payments that the office calls off: the wish, its worker's lease, and what came of it.

use super::PaymentRow;
use crate::{
    Database,
    error::{Error, Result},
    sql::sql,
    unit_of_work::{Locked, UnitOfWork, one},
};
use chrono::TimeDelta;
use domain::{
    CancellationId, UserId,
    payment::{CancellationFailure, CancellationStatus},
};
use entity::{cancellation, payment};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, FromQueryResult};
use std::time::Duration;

/// A cancellation's row.
pub type CancellationRow = cancellation::Model;

/// What came of a cancellation.
#[derive(Clone, Debug)]
pub struct CancellationEnd {
    /// Accepted, refused or failed.
    pub status: CancellationStatus,
    /// Why it failed.
    pub failure: Option<CancellationFailure>,
    /// When another try makes sense.
    pub retry_after: Option<Duration>,
    /// What went wrong, for the log of whoever looks.
    pub error: Option<String>,
}

const DUE: &str = "status = 'QUEUED' or status = 'RUNNING' and lease_until < $1";

impl UnitOfWork {
    /// Writes down that a payment is to be called off. `command` is the key of the request, where it has one.
    ///
    /// # Errors
    /// It is being called off already.
    pub async fn insert_cancellation(
        &self,
        payment: &Locked<PaymentRow>,
        by: UserId,
        command: Option<&str>,
    ) -> Result<CancellationRow> {
        let row = cancellation::ActiveModel {
            tenant_id: Set(payment.tenant_id),
            payment_id: Set(payment.id),
            requested_by_id: Set(by),
            command: Set(command.map(str::to_owned)),
            status: Set(CancellationStatus::Queued),
            fence: Set(0),
            created_at: Set(self.now()),
            ..Default::default()
        };
        Ok(row.insert(self.tx()).await?)
    }

    /// The cancellation of a locked payment that a request need not ask for again: the one under way, or the one that
    /// this very command asked for, unless that failed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_cancellation(
        &self,
        payment: &Locked<PaymentRow>,
        by: UserId,
        command: Option<&str>,
    ) -> Result<Option<CancellationRow>> {
        let sql = sql!(
            row("payment_id"),
            "select * from cancellation where payment_id = $1
            and (#open_cancellation() or #cancellation_stands() and command = $2 and requested_by_id = $3)
            order by id desc limit 1"
        );
        self.one(sql, [payment.id.into(), command.map(str::to_owned).into(), by.into()]).await
    }

    /// Leases cancellations that wait, at most `limit`, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lease_cancellations(&self, limit: i64, lease: TimeDelta) -> Result<Vec<CancellationRow>> {
        let sql = sql!(
            unscoped("the cancellations of all businesses: a worker takes what is due"),
            "/* housekeeping */ update cancellation set status = 'RUNNING', fence = fence + 1, lease_until = $3
             where id in (select id from cancellation where {DUE} order by created_at limit $2
                 #pg(for update skip locked)) returning *"
        );
        self.all(sql, [self.now().into(), limit.into(), (self.now() + lease).into()]).await
    }

    /// Notes what came of it. False when the lease was lost: whoever has it now does it again, which does no harm.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_cancellation(&self, row: &CancellationRow, end: &CancellationEnd) -> Result<bool> {
        let sql = sql!(
            row("id"),
            "update cancellation set status = $3, failure = $4, retry_after = $5, last_error = $6,
            lease_until = null, done_at = $7 where id = $1 and fence = $2 and status = 'RUNNING'"
        );
        let seconds = end.retry_after.map(|wait| i32::try_from(wait.as_secs()).unwrap_or(i32::MAX));
        let values = [
            row.id.into(),
            row.fence.into(),
            end.status.as_str().into(),
            end.failure.map(|failure| failure.as_str().to_owned()).into(),
            seconds.into(),
            end.error.clone().into(),
            self.now().into(),
        ];
        Ok(self.run(sql, values).await? > 0)
    }
}

impl Database {
    /// Whether a cancellation waits: a cheap look before a transaction.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_due_cancellations(&self) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Row {
            #[expect(dead_code, reason = "only that there is a row matters")]
            id: CancellationId,
        }
        let sql = sql!(
            unscoped("the cancellations of all businesses: a worker takes what is due"),
            "/* housekeeping */ select id from cancellation where {DUE} limit 1"
        );
        let row: Option<Row> = one(self.reader(), sql, [self.clock().now().into()]).await?;
        Ok(row.is_some())
    }

    /// A cancellation as it stands now.
    ///
    /// # Errors
    /// Not found.
    pub async fn cancellation(&self, id: CancellationId) -> Result<CancellationRow> {
        cancellation::Entity::find_by_id(id).one(self.reader()).await?.ok_or(Error::NotFound("cancellation"))
    }

    /// The payment that is called off, and the account it came through.
    ///
    /// # Errors
    /// It came through none.
    pub async fn canceled_payment(&self, row: &CancellationRow) -> Result<(PaymentRow, super::AccountRow)> {
        let payment = payment::Entity::find_by_id(row.payment_id).one(self.reader()).await?;
        let payment = payment.ok_or(Error::NotFound("payment"))?;
        let account = self.account(payment.account_id.ok_or(Error::NotFound("payment account"))?).await?;
        Ok((payment, account))
    }
}
