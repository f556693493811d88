//! What the sweep has to look for: checkouts whose time has come, accounts, payments nobody asked about for long. Each
//! is an errand of its own in the queue, whose lane is the account, so that a provider that is slow with one account
//! keeps no other waiting.

use super::{AccountRow, CheckoutRow, PaymentRow};
use crate::{
    Database,
    error::{Error, Result},
    queue::{Item, Piece, Reason, SWEEPS},
    sql::sql,
    unit_of_work::{UnitOfWork, all},
};
use chrono::{DateTime, Utc};
use domain::{AccountId, CheckoutId, TenantId};

/// A thing to be done for one account that no notice asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Its access token ends soon.
    Renew,
    /// Its changes were not listed for long.
    List,
    /// Its days are to be compared with the provider's books.
    Compare,
    /// A checkout is to be looked for.
    Look(CheckoutId),
    /// A checkout should not be paid any more.
    Expire(CheckoutId),
}

impl Errand {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Renew => "RENEW",
            Self::List => "LIST",
            Self::Compare => "COMPARE",
            Self::Look(_) => "LOOK",
            Self::Expire(_) => "EXPIRE",
        }
    }

    fn subject(&self) -> &str {
        match self {
            Self::Renew | Self::List | Self::Compare => "",
            Self::Look(checkout) | Self::Expire(checkout) => checkout.as_str(),
        }
    }

    /// The account of a piece, and what is to be done for it.
    ///
    /// # Errors
    /// Another program's errand.
    pub fn of(piece: &Piece) -> Result<(AccountId, Self)> {
        let checkout = || CheckoutId(piece.subject.clone());
        let errand = match piece.kind.as_str() {
            "RENEW" => Self::Renew,
            "LIST" => Self::List,
            "COMPARE" => Self::Compare,
            "LOOK" => Self::Look(checkout()),
            "EXPIRE" => Self::Expire(checkout()),
            _ => return Err(Error::NotFound("errand")),
        };
        Ok((AccountId(piece.lane), errand))
    }
}

impl UnitOfWork {
    /// Has a worker do it, once its turn comes; one that failed waits for its next try.
    ///
    /// # Errors
    /// The database failed.
    pub async fn enqueue_errand(&self, tenant: TenantId, account: AccountId, errand: &Errand) -> Result<()> {
        let (kind, subject) = (errand.kind(), errand.subject());
        let item = Item { tenant, lane: account.get(), kind, subject, series: None };
        self.enqueue(&SWEEPS, item, Reason::PATIENT).await.map(drop)
    }

    /// Has checkouts looked for whose time has come, at most `limit`, and says how many. One that nobody comes back to
    /// is taken again at `again`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn enqueue_due_checkouts(&self, limit: i64, again: DateTime<Utc>) -> Result<usize> {
        let sql = sql!(
            unscoped("the checkouts and payments of all businesses: the sweep takes what is due"),
            "/* housekeeping */ update checkout set sweep_at = $2 where id in (
                select c.id from checkout c join provider_account a on a.id = c.account_id
                where c.sweep_at is not null and c.sweep_at <= $1 and a.status = 'ACTIVE'
                order by c.sweep_at limit $3 #pg(for update of c skip locked)) returning *"
        );
        let due: Vec<CheckoutRow> = self.all(sql, [self.now().into(), again.into(), limit.into()]).await?;
        for checkout in &due {
            let errand = Errand::Look(checkout.id.clone());
            self.enqueue_errand(checkout.tenant_id, checkout.account_id, &errand).await?;
        }
        Ok(due.len())
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
    /// Checkouts of an account after `after`, by id, that may still be paid or were paid of late, due or not.
    ///
    /// # Errors
    /// The database failed.
    pub async fn living_checkouts(
        &self,
        account: &AccountRow,
        after: &CheckoutId,
        limit: i64,
    ) -> Result<Vec<CheckoutRow>> {
        let sql = sql!(
            row("account_id"),
            "/* housekeeping */ select * from checkout
            where account_id = $1 and sweep_at is not null and id > $2 order by id limit $3"
        );
        all(self.reader(), sql, [account.id.into(), after.as_str().into(), limit.into()]).await
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
              and not exists (select 1 from work q where q.queue = 'payment.sync' and q.lane = p.account_id
                  and q.kind = 'PAYMENT' and q.subject = p.provider_payment_id and #unfinished(q))
            order by p.seen_at limit $3"
        );
        all(self.reader(), sql, [before.into(), oldest.into(), limit.into()]).await
    }
}
