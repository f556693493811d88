//! Work that was given up or waits for credentials: what an operator reads, and puts back into the queue.

use super::SyncRow;
use crate::{
    Database,
    error::{Error, Result},
    scoped::{json_array, reach},
    sql::sql,
    unit_of_work::{UnitOfWork, all, one},
};
use auth::{RoleSet, Scope, Staff};
use chrono::{DateTime, Utc};
use domain::{BranchId, SyncId, TenantId, payment::SyncStatus};
use sea_orm::FromQueryResult;
use wire::provider::{DeadLetter, KeptNotice};

/// Which dead letters.
#[derive(Clone, Copy, Debug)]
pub struct DeadLetters {
    /// Of accounts that serve this branch.
    pub branch: Option<BranchId>,
    /// At most so many.
    pub limit: i64,
    /// After so many.
    pub offset: i64,
}

const LETTER: &str = "select q.id, q.account_id, a.branch_id, q.kind, q.resource_id, q.status, q.cause, q.attempts,
        q.last_error, q.created_at, q.updated_at
    from payment_sync q join provider_account a on a.id = q.account_id";

impl Database {
    /// The caller's dead letters, the latest first.
    ///
    /// # Errors
    /// Not the caller's branch.
    pub async fn dead_letters<R: RoleSet>(&self, staff: &Staff<R>, which: DeadLetters) -> Result<Vec<DeadLetter>> {
        if let Some(branch) = which.branch {
            self.find_branch(staff, branch).await?;
        }
        let reach = which.branch.map_or_else(|| reach(staff), |branch| json_array([branch].iter()));
        let sql = sql!(
            tenant,
            "{LETTER} where q.tenant_id = $1 and #stuck(q)
                and (a.branch_id is null or #within(a.branch_id, $4))
             order by q.updated_at desc, q.id desc limit $2 offset $3"
        );
        all(self.reader(), sql, [staff.tenant_id().into(), which.limit.into(), which.offset.into(), reach]).await
    }

    /// One piece of the caller's work, dead or not, with the last notices about it.
    ///
    /// # Errors
    /// Not found, or another branch's.
    pub async fn dead_letter(&self, scope: &impl Scope, id: SyncId) -> Result<(DeadLetter, Vec<KeptNotice>)> {
        let sql = sql!(tenant, "{LETTER} where q.tenant_id = $1 and q.id = $2");
        let letter: Option<DeadLetter> = one(self.reader(), sql, [scope.tenant_id().into(), id.into()]).await?;
        let letter = letter.ok_or(Error::NotFound("dead letter"))?;
        if letter.branch_id.is_some_and(|branch| !scope.admits(branch)) {
            return Err(Error::Forbidden("dead letter"));
        }
        let sql = sql!(
            row("account_id"),
            "select id, verdict, reason, topic, query, body, received_at from provider_notice
            where account_id = $1 and resource_id = $2 order by received_at desc, id desc limit 10"
        );
        let notices = all(self.reader(), sql, [letter.account_id.into(), letter.resource_id.as_str().into()]).await?;
        Ok((letter, notices))
    }

    /// Every business's dead letters, for the operator of the server: with whose they are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn all_dead_letters(&self) -> Result<Vec<SyncRow>> {
        let sql = sql!(
            unscoped("an operator tries all dead work once more"),
            "select * from payment_sync where #stuck() order by id limit 10000"
        );
        all(self.reader(), sql, []).await
    }

    /// Whose work that is.
    ///
    /// # Errors
    /// Not found.
    pub async fn tenant_of_sync(&self, id: SyncId) -> Result<TenantId> {
        #[derive(FromQueryResult)]
        struct Row {
            tenant_id: TenantId,
        }
        let row: Option<Row> =
            one(self.reader(), sql!(row("id"), "select tenant_id from payment_sync where id = $1"), [id.into()])
                .await?;
        Ok(row.ok_or(Error::NotFound("dead letter"))?.tenant_id)
    }
}

impl UnitOfWork {
    /// Puts a dead letter back into the queue, from its first try on. None when it is no dead letter any more, or of an
    /// account that is not in use.
    ///
    /// # Errors
    /// The database failed.
    pub async fn replay(&self, id: SyncId) -> Result<Option<SyncRow>> {
        let sql = sql!(
            row("id"),
            "update payment_sync set status = 'QUEUED', cause = 'OPERATOR', attempts = 0, next_at = $2,
            updated_at = $2 where id = $1 and #stuck()
              and account_id in (select id from provider_account where #account_in_use()) returning *"
        );
        self.one(sql, [id.into(), self.now().into()]).await
    }
}

/// How the queue is, for the health report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueHealth {
    /// Wait for their time.
    pub queued: i64,
    /// Are worked on.
    pub running: i64,
    /// Were given up.
    pub dead: i64,
    /// Wait for credentials.
    pub parked: i64,
    /// How long the longest due one has waited, in seconds.
    pub oldest_due_seconds: i64,
}

impl Database {
    /// How the queue is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn queue_health(&self) -> Result<QueueHealth> {
        #[derive(FromQueryResult)]
        struct Oldest {
            next_at: DateTime<Utc>,
        }
        let mut health = QueueHealth::default();
        for (status, rows) in self.queue_depths().await? {
            match status {
                SyncStatus::Queued => health.queued = rows,
                SyncStatus::Running => health.running = rows,
                SyncStatus::Dead => health.dead = rows,
                SyncStatus::Parked => health.parked = rows,
                SyncStatus::Done => {}
            }
        }
        let sql = sql!(
            unscoped("the queue of all businesses: a worker takes what is due"),
            "/* housekeeping */ select next_at from payment_sync where status = 'QUEUED' order by next_at limit 1"
        );
        let oldest: Option<Oldest> = one(self.reader(), sql, []).await?;
        let now = self.clock().now();
        health.oldest_due_seconds = oldest.map_or(0, |row| (now - row.next_at).num_seconds().max(0));
        Ok(health)
    }
}

/// Sets a gauge of what a table holds. A number beyond 2^31 is shown as that: no queue is so long.
pub fn measure(name: &'static str, label: &'static str, value: &str, number: i64) {
    let shown = i32::try_from(number).unwrap_or(i32::MAX);
    metrics::gauge!(name, label => value.to_owned()).set(shown);
}
