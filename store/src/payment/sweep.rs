//! What the sweep works through: checkouts whose time to be looked for has come, accounts, payments nobody asked about
//! for long. Taking a checkout moves its time on, so two processes seldom look for the same, and a crash only delays.

use super::{AccountRow, CheckoutRow, PaymentRow};
use crate::{
    Database,
    error::Result,
    sql::sql,
    unit_of_work::{UnitOfWork, all, one},
};
use chrono::{DateTime, Utc};
use domain::{AccountId, CheckoutId, payment::ResourceKind};
use entity::payment_sync;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};

impl UnitOfWork {
    /// Takes checkouts that are to be looked for, at most `limit`; who does not come back to them is replaced at
    /// `again`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn take_checkouts(&self, limit: i64, again: DateTime<Utc>) -> Result<Vec<CheckoutRow>> {
        let sql = sql!(
            unscoped("the checkouts and payments of all businesses: the sweep takes what is due"),
            "/* housekeeping */ update checkout set sweep_at = $2 where id in (
                select c.id from checkout c join provider_account a on a.id = c.account_id
                where c.sweep_at is not null and c.sweep_at <= $1 and a.status = 'ACTIVE'
                order by c.sweep_at limit $3 #pg(for update of c skip locked)) returning *"
        );
        self.all(sql, [self.now().into(), again.into(), limit.into()]).await
    }

    /// An account's payments that changed up to `until` have all been seen.
    ///
    /// # Errors
    /// The database failed.
    pub async fn swept(&self, account: &AccountRow, until: DateTime<Utc>) -> Result<()> {
        let sql = sql!(
            row("id"),
            "update provider_account set swept_until = $2
            where id = $1 and (swept_until is null or swept_until < $2)"
        );
        self.run(sql, [account.id.into(), until.into()]).await?;
        Ok(())
    }
}

impl Database {
    /// Checkouts after `after`, by id, that may still be paid or were paid of late, due or not.
    ///
    /// # Errors
    /// The database failed.
    pub async fn living_checkouts(&self, after: &CheckoutId, limit: i64) -> Result<Vec<CheckoutRow>> {
        let sql = sql!(
            unscoped("the checkouts and payments of all businesses: the sweep takes what is due"),
            "/* housekeeping */ select c.* from checkout c join provider_account a on a.id = c.account_id
            where c.sweep_at is not null and a.status = 'ACTIVE' and c.id > $1 order by c.id limit $2"
        );
        all(self.reader(), sql, [after.as_str().into(), limit.into()]).await
    }

    /// Payments that count, of the last half year, about which the provider was not asked since `before`; those in the
    /// queue are on their way, and those given up are a person's.
    ///
    /// # Errors
    /// The database failed.
    pub async fn stale_payments(
        &self,
        before: DateTime<Utc>,
        oldest: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<PaymentRow>> {
        let sql = sql!(
            unscoped("the checkouts and payments of all businesses: the sweep takes what is due"),
            "/* housekeeping */ select p.* from payment p join provider_account a on a.id = p.account_id
            where p.provider_payment_id is not null and #money(p) and p.seen_at < $1
              and p.created_at > $2 and a.status = 'ACTIVE'
              and not exists (select 1 from payment_sync q where q.account_id = p.account_id and q.kind = 'PAYMENT'
                  and q.resource_id = p.provider_payment_id and #unfinished(q))
            order by p.seen_at limit $3"
        );
        all(self.reader(), sql, [before.into(), oldest.into(), limit.into()]).await
    }

    /// The queue's row about a thing, if there ever was one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sync_of(
        &self,
        account: AccountId,
        kind: ResourceKind,
        resource: &str,
    ) -> Result<Option<payment_sync::Model>> {
        let query = payment_sync::Entity::find()
            .filter(payment_sync::Column::AccountId.eq(account))
            .filter(payment_sync::Column::Kind.eq(kind))
            .filter(payment_sync::Column::ResourceId.eq(resource));
        Ok(query.one(self.reader()).await?)
    }

    /// Whether anything of an account in use waits, due or not: how a command knows that it may end.
    ///
    /// # Errors
    /// The database failed.
    pub async fn next_sync(&self) -> Result<Option<DateTime<Utc>>> {
        #[derive(FromQueryResult)]
        struct Row {
            next_at: DateTime<Utc>,
        }
        let sql = sql!(
            unscoped("the queue of all businesses: a worker takes what is due"),
            "/* housekeeping */ select q.next_at from payment_sync q
                join provider_account a on a.id = q.account_id and a.status = 'ACTIVE'
            where #pending(q) order by q.next_at limit 1"
        );
        let row: Option<Row> = one(self.reader(), sql, []).await?;
        Ok(row.map(|row| row.next_at))
    }
}
