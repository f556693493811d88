//! Work that was given up or waits for credentials: what an operator reads, and puts back into the queue.

use super::SyncRow;
use crate::{
    Database,
    error::{Error, Result},
    queue::{Piece, SYNCS},
    scoped::{json_array, reach},
    sql::sql,
    unit_of_work::{UnitOfWork, all, one},
};
use auth::{RoleSet, Scope, Staff};
use domain::{BranchId, SyncId, TenantId};
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

const LETTER: &str =
    "select q.id, q.lane as account_id, a.branch_id, q.kind, q.subject as resource_id, q.status, q.cause,
        q.attempts, q.last_error, q.created_at, q.updated_at
    from work q join provider_account a on a.id = q.lane and q.queue = 'payment.sync'";

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
            "select * from work where queue = 'payment.sync' and #stuck() order by id limit 10000"
        );
        let pieces: Vec<Piece> = all(self.reader(), sql, []).await?;
        pieces.into_iter().map(SyncRow::try_from).collect()
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
        let row: Option<Row> = one(
            self.reader(),
            sql!(row("id"), "select tenant_id from work where id = $1 and queue = 'payment.sync'"),
            [id.into()],
        )
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
            "update work set status = 'QUEUED', cause = 'OPERATOR', rank = 0, attempts = 0, next_at = $2,
            updated_at = $2 where id = $1 and queue = 'payment.sync' and #stuck()
              and lane in (select id from provider_account where #account_in_use()) returning *"
        );
        let piece: Option<Piece> = self.one(sql, [id.into(), self.now().into()]).await?;
        self.wakes_up(&SYNCS);
        piece.map(SyncRow::try_from).transpose()
    }
}

/// Sets a gauge of what a table holds. A number beyond 2^31 is shown as that: no queue is so long.
pub fn measure(name: &'static str, label: &'static str, value: &str, number: i64) {
    let shown = i32::try_from(number).unwrap_or(i32::MAX);
    metrics::gauge!(name, label => value.to_owned()).set(shown);
}
