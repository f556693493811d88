//! Checkouts: the sums that payers were sent to a provider to pay. The row is written before the provider is called, so
//! that money always finds its check, whatever was lost on the way back (S9, S10).

use super::{AccountRow, Target};
use crate::{
    Database,
    check::CheckRow,
    error::Result,
    sql::{all_that, sql},
    unit_of_work::{Locked, UnitOfWork, all},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Cents, CheckId, CheckoutId, DinerId, TenantId,
    payment::{CheckoutStatus, PaymentStatus},
};
use entity::{checkout, payment};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

/// A checkout's row.
pub type CheckoutRow = checkout::Model;

/// A checkout to be opened: what the payer is asked for.
#[derive(Clone, Debug)]
pub struct NewCheckout {
    /// Which diner pays.
    pub diner: Option<DinerId>,
    /// For the bill, in cents.
    pub bill: Cents,
    /// For the staff, in cents.
    pub tip: Cents,
    /// Which items that is, where the diner said.
    pub targets: Vec<Target>,
    /// Until when it can be paid.
    pub expires_at: DateTime<Utc>,
    /// When the sweep first looks for it, if no notice comes.
    pub sweep_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Sum {
    cents: Cents,
}

impl UnitOfWork {
    /// Finds an unpaid open checkout of the check that asks the same diner for the same through the same account: a
    /// second tap on "pay" leads to it (S25).
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_same_checkout(
        &self,
        check: &Locked<CheckRow>,
        account: &AccountRow,
        new: &NewCheckout,
    ) -> Result<Option<CheckoutRow>> {
        // A failed payment does not count: the payer may try again.
        let counting = Query::select()
            .expr(Expr::val(1))
            .from(payment::Entity)
            .and_where(
                Expr::col((payment::Entity, payment::Column::CheckoutId))
                    .equals((checkout::Entity, checkout::Column::Id)),
            )
            .and_where(payment::Column::Status.is_not_in(all_that(PaymentStatus::is_failed)))
            .to_owned();
        let query = checkout::Entity::find()
            .filter(checkout::Column::CheckId.eq(check.id))
            .filter(checkout::Column::AccountId.eq(account.id))
            .filter(checkout::Column::Status.is_in(all_that(CheckoutStatus::is_payable)))
            .filter(checkout::Column::AmountCents.eq(new.bill))
            .filter(checkout::Column::TipCents.eq(new.tip))
            .filter(checkout::Column::ExpiresAt.gt(self.now() + TimeDelta::minutes(1)))
            .filter(Expr::exists(counting).not())
            .order_by_desc(checkout::Column::CreatedAt);
        let rows = query.all(self.tx()).await?;
        Ok(rows.into_iter().find(|row| row.diner_id == new.diner && row.targets == targets_json(&new.targets)))
    }

    /// Sums what the unpaid open checkouts of the check ask for: others are likely to pay it. Checkouts of a diner who
    /// was removed from the table do not count.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reserved_by_checkouts(&self, check: &Locked<CheckRow>) -> Result<Cents> {
        let sql = sql!(
            row("check_id"),
            "select cast(coalesce(sum(amount_cents), 0) as bigint) as cents from checkout
            where check_id = $1 and #payable() and expires_at > $2
              and not exists (select 1 from diner d where d.id = checkout.diner_id and d.removed_at is not null)
              and not exists (select 1 from payment p where p.checkout_id = checkout.id)"
        );
        let sum: Option<Sum> = self.one(sql, [check.id.into(), self.now().into()]).await?;
        Ok(sum.map_or(Cents::ZERO, |sum| sum.cents))
    }

    /// Inserts a checkout under a new id, to be opened at the provider.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_checkout(
        &self,
        check: &Locked<CheckRow>,
        account: &AccountRow,
        new: &NewCheckout,
    ) -> Result<CheckoutRow> {
        let row = checkout::ActiveModel {
            id: Set(CheckoutId(Uuid::new_v4().to_string())),
            tenant_id: Set(check.tenant_id),
            branch_id: Set(check.branch_id),
            check_id: Set(check.id),
            account_id: Set(account.id),
            diner_id: Set(new.diner),
            amount_cents: Set(new.bill),
            tip_cents: Set(new.tip),
            currency: Set(account.currency),
            targets: Set(targets_json(&new.targets)),
            status: Set(CheckoutStatus::Creating),
            provider_ref: Set(None),
            redirect_url: Set(None),
            created_at: Set(self.now()),
            expires_at: Set(new.expires_at),
            sweep_at: Set(Some(new.sweep_at)),
        };
        Ok(row.insert(self.tx()).await?)
    }

    /// Locks a checkout of a business, by the reference that the provider keeps of it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_checkout(&self, tenant: TenantId, reference: &str) -> Result<Option<Locked<CheckoutRow>>> {
        let query = checkout::Entity::find_by_id(CheckoutId(reference.to_owned()))
            .filter(checkout::Column::TenantId.eq(tenant))
            .lock_exclusive();
        Ok(query.one(self.tx()).await?.map(Locked::new))
    }

    /// Finds the check of a checkout of a business. A checkout keeps its check for ever, so this needs no lock.
    ///
    /// # Errors
    /// The database failed.
    pub async fn check_of_checkout(&self, tenant: TenantId, reference: &str) -> Result<Option<CheckId>> {
        #[derive(FromQueryResult)]
        struct Row {
            check_id: CheckId,
        }
        let sql = sql!(tenant, "select check_id from checkout where id = $1 and tenant_id = $2");
        let row: Option<Row> = self.one(sql, [reference.into(), tenant.into()]).await?;
        Ok(row.map(|row| row.check_id))
    }

    /// Marks a checkout as open: the payer can be sent to the provider. A checkout that was closed meanwhile stays
    /// closed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open_checkout(&self, id: &CheckoutId, provider_ref: &str, url: &str) -> Result<()> {
        let sql = sql!(
            row("id"),
            "update checkout set status = 'OPEN', provider_ref = $2, redirect_url = $3
            where id = $1 and status = 'CREATING'"
        );
        self.run(sql, [id.as_str().into(), provider_ref.into(), url.into()]).await?;
        Ok(())
    }

    /// Closes a checkout, so that it cannot be paid any more: it is past its time or replaced, or the provider refused
    /// it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_checkout(&self, id: &CheckoutId, status: CheckoutStatus) -> Result<()> {
        let sql = sql!(row("id"), "update checkout set status = $2 where id = $1 and #payable()");
        self.run(sql, [id.as_str().into(), status.as_str().into()]).await?;
        Ok(())
    }

    /// Sets when the sweep looks for the checkout next; `None` for never again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn schedule_sweep(&self, id: &CheckoutId, at: Option<DateTime<Utc>>) -> Result<()> {
        self.run(sql!(row("id"), "update checkout set sweep_at = $2 where id = $1"), [id.as_str().into(), at.into()])
            .await?;
        Ok(())
    }
}

fn targets_json(targets: &[Target]) -> serde_json::Value {
    serde_json::to_value(targets).unwrap_or_else(|_| serde_json::Value::Array(Vec::new()))
}

impl Database {
    /// Finds a checkout of any business.
    ///
    /// # Errors
    /// The database failed.
    pub async fn checkout(&self, id: &CheckoutId) -> Result<Option<CheckoutRow>> {
        Ok(checkout::Entity::find_by_id(id.clone()).one(self.reader()).await?)
    }

    /// Open checkouts that should not be paid any more: their check is paid or closed, their time is over, or their
    /// diner was removed from the table. Nobody is about to close them yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn checkouts_to_expire(&self, now: DateTime<Utc>, limit: i64) -> Result<Vec<CheckoutRow>> {
        let sql = sql!(unscoped("the checkouts and payments of all businesses: the sweep takes what is due"), "/* housekeeping */ select c.* from checkout c join guest_check g on g.id = c.check_id
            join provider_account a on a.id = c.account_id
            where c.status = 'OPEN' and a.status = 'ACTIVE'
              and not exists (select 1 from work w where w.queue = 'payment.sweep' and w.lane = c.account_id
                and w.kind = 'EXPIRE' and w.subject = c.id and #pending(w))
              and (c.expires_at <= $1 or g.status = 'PAID' or g.closed_at is not null
                or exists (select 1 from diner d where d.id = c.diner_id and d.removed_at is not null)) order by c.created_at limit $2");
        all(self.reader(), sql, [now.into(), limit.into()]).await
    }
}
