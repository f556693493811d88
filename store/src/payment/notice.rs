//! Notices of providers, and of strangers who pretend to be one. They are stored before anything else is done with
//! them, each once a day, and of each account only so many (the operation says how many), so that no stranger can fill
//! the disk.

use super::AccountRow;
use crate::{
    Database, SyncRow,
    error::Result,
    sql::{Sql, built_sql, sql},
    unit_of_work::UnitOfWork,
};
use chrono::{NaiveDate, TimeDelta};
use domain::{
    AccountId, TenantId,
    payment::{NoticeVerdict, ResourceKind, SyncCause},
};
use sea_orm::{FromQueryResult, Value};

/// How many days an unproven notice is kept: long enough to look into an attack, short enough that a flood does not
/// stay.
const UNPROVEN_DAYS: i64 = 30;
/// How many days a provider's notice is kept: a dispute can be opened for half a year and takes months.
const PROVEN_DAYS: i64 = 400;

/// A notice to be kept.
#[derive(Clone, Debug)]
pub struct NewNotice {
    /// What its signature is worth.
    pub verdict: NoticeVerdict,
    /// Why it is worth nothing.
    pub reason: Option<String>,
    /// What it says it is about.
    pub topic: Option<String>,
    /// The id it names.
    pub resource_id: Option<String>,
    /// POST, or GET.
    pub method: String,
    /// The beginning of the query.
    pub query: String,
    /// The beginnings of the headers that matter.
    pub headers: serde_json::Value,
    /// The beginning of the body.
    pub body: String,
    /// The SHA-256 of the body.
    pub digest: String,
    /// The body's length.
    pub size: i64,
    /// What makes it the same as another of its day.
    pub identity: String,
}

/// The result of storing a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// It was stored.
    New,
    /// The same was stored today, and is counted once more.
    Again,
    /// The day's share is used up: it was not stored.
    Full,
}

/// Notices of one account and day that were counted without being written.
#[derive(Clone, Debug)]
pub struct NoticeTally {
    /// Whose.
    pub tenant: TenantId,
    /// To which account.
    pub account: AccountId,
    /// When.
    pub day: NaiveDate,
    /// How many more there were of which of those that are kept.
    pub again: Vec<(String, i64)>,
    /// Of how many nothing is kept.
    pub dropped: i64,
}

static KEEP: &Sql = sql!(
    tenant,
    "insert into provider_notice (tenant_id, account_id, verdict, reason, topic, resource_id, method, query,
        headers, body, received_at, day, identity, digest, size, times)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)
    on conflict (account_id, day, identity) do update set times = provider_notice.times + 1"
);

impl UnitOfWork {
    /// Stores a notice, unless the same or `most` others of its account are stored today.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep_notice(&self, account: &AccountRow, new: NewNotice, most: i64) -> Result<Keeping> {
        let day = self.now().date_naive();
        let again = sql!(
            row("account_id"),
            "update provider_notice set times = times + 1 where account_id = $1 and day = $2 and identity = $3"
        );
        if self.run(again, [account.id.into(), day.into(), new.identity.as_str().into()]).await? > 0 {
            return Ok(Keeping::Again);
        }
        let share = if new.verdict == NoticeVerdict::Verified { Share::Proven } else { Share::Unproven };
        if !self.claim(account, share, most).await? {
            return Ok(Keeping::Full);
        }
        let values: [Value; 15] = [
            account.tenant_id.into(),
            account.id.into(),
            new.verdict.as_str().into(),
            new.reason.into(),
            new.topic.into(),
            new.resource_id.into(),
            new.method.into(),
            new.query.into(),
            new.headers.into(),
            new.body.into(),
            self.now().into(),
            day.into(),
            new.identity.into(),
            new.digest.into(),
            new.size.into(),
        ];
        self.run(KEEP, values).await?;
        Ok(Keeping::New)
    }

    /// Queues a fetch because of an unproven notice. An id that was never fetched before is taken only `most` times a
    /// day, so that made-up ids cannot fill the queue. Returns whether it will be fetched.
    ///
    /// # Errors
    /// The database failed.
    pub async fn enqueue_hint(
        &self,
        account: &AccountRow,
        kind: ResourceKind,
        resource: &str,
        most: i64,
    ) -> Result<bool> {
        if !self.may_be_looked_at(account, kind, resource, most).await? {
            return Ok(false);
        }
        self.enqueue_sync(account, kind, resource, SyncCause::Hint).await?;
        Ok(true)
    }

    /// Leases the fetch of an id that a browser brought back, under the same bound: a guest with a table token can make
    /// up ids. `None` when another worker has it, or the day's share of new ids is used up; the sweep finds payments of
    /// our checkouts anyway.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lease_return(
        &self,
        account: &AccountRow,
        resource: &str,
        most: i64,
        lease: TimeDelta,
    ) -> Result<Option<SyncRow>> {
        let kind = ResourceKind::Payment;
        if !self.may_be_looked_at(account, kind, resource, most).await? {
            return Ok(None);
        }
        self.lease_sync(account, kind, resource, SyncCause::Return, lease).await
    }

    /// Whether the id was fetched before, or is one of the `most` new ones of the day.
    async fn may_be_looked_at(
        &self,
        account: &AccountRow,
        kind: ResourceKind,
        resource: &str,
        most: i64,
    ) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Known {
            #[expect(dead_code, reason = "that there is a row says it all")]
            one: i32,
        }
        let sql = sql!(
            row("account_id"),
            // What was done long ago is forgotten; the payment is not.
            "select 1 as one from work where queue = 'payment.sync' and lane = $1 and kind = $2 and subject = $3
            union all select 1 from payment where account_id = $1 and provider_payment_id = $3 and $2 = 'PAYMENT'
            limit 1"
        );
        let known: Option<Known> = self.one(sql, [account.id.into(), kind.as_str().into(), resource.into()]).await?;
        Ok(known.is_some() || self.claim(account, Share::Hints, most).await?)
    }

    /// Takes one of the account's `most` places of the day. The counter stays locked until the commit, so that the
    /// bound holds.
    async fn claim(&self, account: &AccountRow, share: Share, most: i64) -> Result<bool> {
        let sql = built_sql!(tenant, share: Share = share, in [Share::Unproven, Share::Hints], { let column = share.column(); format!(
            "insert into notice_day (account_id, day, tenant_id, {column}) values ($1, $2, $3, 1)
             on conflict (account_id, day) do update set {column} = notice_day.{column} + 1 where notice_day.{column} < $4"
        )});
        let values = [account.id.into(), self.now().date_naive().into(), account.tenant_id.into(), most.into()];
        Ok(self.run(&sql, values).await? > 0)
    }

    /// Adds to the counters what was counted elsewhere.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_notices(&self, tally: &NoticeTally) -> Result<()> {
        let sql = sql!(
            row("account_id"),
            "update provider_notice set times = times + $4 where account_id = $1 and day = $2 and identity = $3"
        );
        for (identity, times) in &tally.again {
            let values = [tally.account.into(), tally.day.into(), identity.as_str().into(), (*times).into()];
            self.run(sql, values).await?;
        }
        if tally.dropped > 0 {
            let sql = sql!(
                tenant,
                "insert into notice_day (account_id, day, tenant_id, dropped) values ($1, $2, $3, $4)
                on conflict (account_id, day) do update set dropped = notice_day.dropped + $4"
            );
            let values = [tally.account.into(), tally.day.into(), tally.tenant.into(), tally.dropped.into()];
            self.run(sql, values).await?;
        }
        Ok(())
    }
}

/// A daily share of an account.
#[derive(Clone, Copy, Debug)]
enum Share {
    Unproven,
    Proven,
    Hints,
}

impl Share {
    const fn column(self) -> &'static str {
        match self {
            Self::Unproven => "unproven",
            Self::Proven => "proven",
            Self::Hints => "hints",
        }
    }
}

static OLD_UNPROVEN: &Sql = sql!(
    unscoped("what is past its life is forgotten in all businesses"),
    "/* housekeeping */ delete from provider_notice where id in (
    select id from provider_notice where #unproven() and received_at < $1 order by received_at limit 5000)"
);

static OLD_NOTICES: &Sql = sql!(
    unscoped("what is past its life is forgotten in all businesses"),
    "/* housekeeping */ delete from provider_notice where id in (
    select id from provider_notice where received_at < $1 order by received_at limit 5000)"
);

static OLD_DAYS: &Sql = sql!(
    unscoped("what is past its life is forgotten in all businesses"),
    "/* housekeeping */ delete from notice_day where (account_id, day) in (
    select account_id, day from notice_day where day < $1 order by day limit 5000)"
);

impl Database {
    /// Forgets old notices and their counters: a bounded number a statement, until nothing is left to forget.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_notices(&self) -> Result<u64> {
        let now = self.clock().now();
        let (unproven, proven) = (now - TimeDelta::days(UNPROVEN_DAYS), now - TimeDelta::days(PROVEN_DAYS));
        let forgotten = self.forget(OLD_UNPROVEN, &[unproven.into()]).await?
            + self.forget(OLD_NOTICES, &[proven.into()]).await?
            + self.forget(OLD_DAYS, &[proven.date_naive().into()]).await?;
        Ok(forgotten)
    }
}

#[cfg(test)]
mod tests;
