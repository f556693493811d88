//! The queue of what is to be fetched from providers: one row per thing, so that a hundred notices are one piece of
//! work, and none is lost that arrives while the work is done (S1, S2).
//!
//! A worker holds a row by a lease with a fencing number. It fetches only after it has the lease, and what it writes it
//! writes in the transaction that also finds its number still in the row: a slow old answer never overwrites a newer
//! one.

use super::{AccountRow, account::OUT_OF_USE};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::UnitOfWork,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    AccountId, TenantId,
    payment::{ResourceKind, SyncCause, SyncStatus},
};
use entity::payment_sync;

/// A row of the queue.
pub type SyncRow = payment_sync::Model;

/// How many pieces of one account's work run at once in all processes: one slow or flooded account keeps no other
/// waiting.
const AT_ONCE: i64 = 4;

// A notice resets the retries, a mere hint does not bring them forward; what is parked waits for credentials, and what
// comes through an account that was taken out of use is a person's from the start: nobody would lease it. What the
// provider itself told us of stays its word though somebody asks too: it is given to a person, never dropped (S26).
static ENQUEUE: &Sql = sql!(row("id"), "insert into payment_sync as known
        (tenant_id, account_id, kind, resource_id, status, cause, dirty, attempts, next_at, fence, last_error, created_at, updated_at)
    values ($1, $2, $3, $4,
        case when (select status from provider_account where id = $2) = 'DISABLED' then 'DEAD' else 'QUEUED' end,
        $5, false, 0, $6, 0,
        case when (select status from provider_account where id = $2) = 'DISABLED' then $7 end, $6, $6)
    on conflict (account_id, kind, resource_id) do update set
        dirty = known.dirty or known.status = 'RUNNING',
        attempts = case when known.status = 'RUNNING' or known.status = 'QUEUED' and $5 = 'HINT' then known.attempts else 0 end,
        next_at = case when known.status = 'RUNNING' or known.status = 'QUEUED' and $5 = 'HINT' then known.next_at else $6 end,
        cause = case when $5 = 'HINT' or $5 = 'RETURN' and known.status <> 'DONE' and known.cause <> 'HINT'
                     then known.cause else $5 end,
        last_error = coalesce(excluded.last_error, known.last_error),
        status = case when excluded.status = 'DEAD' then 'DEAD' when known.status = 'RUNNING' then 'RUNNING'
                      when known.status = 'PARKED' and $5 <> 'OPERATOR' then 'PARKED' else 'QUEUED' end,
        updated_at = $6
    returning *");

// What a browser brought back goes after what the provider told, and takes none of its places: anybody with a table
// token can make up ids.
const DUE: &str = "select id from (
        select q.id, q.cause, q.next_at,
            row_number() over (partition by q.account_id
                order by case q.cause when 'HINT' then 2 when 'RETURN' then 1 else 0 end, q.next_at)
            + (select count(*) from payment_sync r
               where r.account_id = q.account_id and r.status = 'RUNNING' and r.lease_until >= $1
                 and (r.cause <> 'RETURN' or q.cause = 'RETURN')) as place
        from payment_sync q join provider_account a on a.id = q.account_id
        where a.status = 'ACTIVE'
          and (q.status = 'QUEUED' and q.next_at <= $1 or q.status = 'RUNNING' and q.lease_until < $1)
    ) due where place <= $2
    order by case cause when 'HINT' then 2 when 'RETURN' then 1 else 0 end, next_at limit $3";

impl UnitOfWork {
    /// Asks for something to be fetched; one that is being fetched at this moment will be fetched once more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn enqueue_sync(
        &self,
        account: &AccountRow,
        kind: ResourceKind,
        resource: &str,
        cause: SyncCause,
    ) -> Result<()> {
        self.enqueue(account.tenant_id, account.id, kind, resource, cause).await.map(drop)
    }

    async fn enqueue(
        &self,
        tenant: TenantId,
        account: AccountId,
        kind: ResourceKind,
        resource: &str,
        cause: SyncCause,
    ) -> Result<Option<SyncRow>> {
        let values = [
            tenant.into(),
            account.into(),
            kind.as_str().into(),
            resource.into(),
            cause.as_str().into(),
            self.now().into(),
            OUT_OF_USE.into(),
        ];
        self.one(ENQUEUE, values).await
    }

    /// Leases what is due, at most `limit` pieces.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lease_syncs(&self, limit: i64, lease: TimeDelta) -> Result<Vec<SyncRow>> {
        // Another process that leases at this moment is not waited for: its rows are its own.
        let sql = sql!(
            unscoped("the queue of all businesses: a worker takes what is due"),
            "/* housekeeping */ update payment_sync set status = 'RUNNING', dirty = false, fence = fence + 1,
                lease_until = $4, updated_at = $1
             where id in (select id from payment_sync where id in ({DUE})
                and (status = 'QUEUED' and next_at <= $1 or status = 'RUNNING' and lease_until < $1) #pg(for update skip locked)) returning *"
        );
        self.all(sql, [self.now().into(), AT_ONCE.into(), limit.into(), (self.now() + lease).into()]).await
    }

    /// Asks for something to be fetched and leases it at once; `None` when a worker has it, who will fetch it once
    /// more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lease_sync(
        &self,
        account: &AccountRow,
        kind: ResourceKind,
        resource: &str,
        cause: SyncCause,
        lease: TimeDelta,
    ) -> Result<Option<SyncRow>> {
        let Some(row) = self.enqueue(account.tenant_id, account.id, kind, resource, cause).await? else {
            return Ok(None);
        };
        let sql = sql!(row("id"), "update payment_sync set status = 'RUNNING', dirty = false, fence = fence + 1, lease_until = $3,
            updated_at = $2 where id = $1 and (status = 'QUEUED' or status = 'RUNNING' and lease_until < $2) returning *");
        self.one(sql, [row.id.into(), self.now().into(), (self.now() + lease).into()]).await
    }

    /// The work is done, unless a reason to look came meanwhile, which makes it due again. False when the lease was
    /// lost: nothing of this transaction may stay.
    ///
    /// # Errors
    /// The database failed.
    pub async fn finish_sync(&self, job: &SyncRow) -> Result<bool> {
        let sql = sql!(
            row("id"),
            "update payment_sync set status = case when dirty then 'QUEUED' else 'DONE' end, dirty = false,
            attempts = 0, next_at = $3, lease_until = null, last_error = null, updated_at = $3
            where id = $1 and fence = $2 and status = 'RUNNING'"
        );
        Ok(self.run(sql, [job.id.into(), job.fence.into(), self.now().into()]).await? > 0)
    }

    /// The work failed: it is due again at `next_at`, or goes where `status` says. A reason to look that came meanwhile
    /// outweighs giving up.
    ///
    /// # Errors
    /// The database failed.
    pub async fn fail_sync(
        &self,
        job: &SyncRow,
        status: SyncStatus,
        next_at: DateTime<Utc>,
        error: &str,
    ) -> Result<()> {
        let sql = sql!(
            row("id"),
            "update payment_sync set status = case when dirty and $3 in ('DEAD', 'DONE') then 'QUEUED' else $3 end,
            attempts = case when dirty then 0 else attempts + 1 end, dirty = false, next_at = $4, lease_until = null,
            last_error = $5, updated_at = $6 where id = $1 and fence = $2 and status = 'RUNNING'"
        );
        let values =
            [job.id.into(), job.fence.into(), status.as_str().into(), next_at.into(), error.into(), self.now().into()];
        self.run(sql, values).await?;
        Ok(())
    }
}

impl Database {
    /// Whether anything is due: a cheap look before a transaction.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_due_syncs(&self) -> Result<bool> {
        #[derive(sea_orm::FromQueryResult)]
        struct Row {
            #[expect(dead_code, reason = "only that there is a row matters")]
            id: i64,
        }
        // What waits for an account that is out of order is due to nobody.
        let sql = sql!(
            unscoped("the queue of all businesses: a worker takes what is due"),
            "/* housekeeping */ select q.id from payment_sync q
            join provider_account a on a.id = q.account_id and a.status = 'ACTIVE'
            where q.status = 'QUEUED' and q.next_at <= $1 or q.status = 'RUNNING' and q.lease_until < $1 limit 1"
        );
        let row: Option<Row> = crate::unit_of_work::one(self.reader(), sql, [self.clock().now().into()]).await?;
        Ok(row.is_some())
    }

    /// What of the queue there is of each state: for health and metrics.
    ///
    /// # Errors
    /// The database failed.
    pub async fn queue_depths(&self) -> Result<Vec<(SyncStatus, i64)>> {
        #[derive(sea_orm::FromQueryResult)]
        struct Row {
            status: SyncStatus,
            rows: i64,
        }
        let sql = sql!(
            unscoped("the queue of all businesses, counted for the metrics"),
            "select status, count(*) as rows from payment_sync where #unfinished() group by status"
        );
        let rows: Vec<Row> = crate::unit_of_work::all(self.reader(), sql, []).await?;
        Ok(rows.into_iter().map(|row| (row.status, row.rows)).collect())
    }
}

#[cfg(test)]
mod tests;
