//! Payments that the office calls off: the wish, which is a piece of the queue, and what came of it.

use super::PaymentRow;
use crate::{
    Database,
    error::{Error, Result},
    queue::{CANCELLATIONS, Item, Piece, Reason},
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use chrono::TimeDelta;
use domain::{
    CancellationId, UserId,
    payment::{CancellationFailure, CancellationStatus},
};
use entity::{cancellation, payment};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
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

impl UnitOfWork {
    /// Writes down that a payment is to be called off, and has a worker do it. `command` is the key of the request,
    /// where it has one.
    ///
    /// # Errors
    /// It is being called off already; it came through no account.
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
            created_at: Set(self.now()),
            ..Default::default()
        };
        let lane = payment.account_id.ok_or(Error::NotFound("payment account"))?.get();
        let row = row.insert(self.tx()).await?;
        let subject = row.id.to_string();
        let item = Item { tenant: row.tenant_id, lane, kind: "", subject: &subject, series: None };
        self.enqueue(&CANCELLATIONS, item, Reason::PLAIN).await?;
        Ok(row)
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

    /// Takes up a leased cancellation, for as long as that; `None` when it has ended.
    ///
    /// # Errors
    /// The lease was lost.
    pub async fn take_cancellation(&self, piece: &Piece, lease: TimeDelta) -> Result<Option<CancellationRow>> {
        let id: CancellationId = piece.subject.parse().map_err(|_| Error::NotFound("cancellation"))?;
        let sql = sql!(
            row("id"),
            "update cancellation set status = 'RUNNING' where id = $1 and #open_cancellation() returning *"
        );
        let cancellation = self.one(sql, [id.into()]).await?;
        self.hold_work(piece, lease).await?;
        Ok(cancellation)
    }

    /// Notes what came of it. The piece is finished apart, in the same transaction.
    ///
    /// # Errors
    /// Somebody else had it and is done with it.
    pub async fn end_cancellation(&self, row: &CancellationRow, end: &CancellationEnd) -> Result<()> {
        let sql = sql!(
            row("id"),
            "update cancellation set status = $2, failure = $3, retry_after = $4, last_error = $5, done_at = $6
            where id = $1 and status = 'RUNNING'"
        );
        let seconds = end.retry_after.map(|wait| i32::try_from(wait.as_secs()).unwrap_or(i32::MAX));
        let values = [
            row.id.into(),
            end.status.as_str().into(),
            end.failure.map(|failure| failure.as_str().to_owned()).into(),
            seconds.into(),
            end.error.clone().into(),
            self.now().into(),
        ];
        if self.run(sql, values).await? == 0 { Err(Error::LeaseLost) } else { Ok(()) }
    }
}

impl Database {
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
