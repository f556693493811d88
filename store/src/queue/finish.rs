//! What became of a piece of work is noted in the transaction of all that its worker wrote: whoever has lost the lease
//! is refused here, and so is everything else of that transaction.

use super::{Piece, Queue, enqueue::OUT_OF_USE};
use crate::{
    Database,
    error::{Error, Result},
    sql::{Sql, sql},
    unit_of_work::UnitOfWork,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{TenantId, work::WorkStatus};

/// What became of a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It is done, unless a reason to do it came meanwhile, which makes it due again.
    Done,
    /// It failed, or is not over: it is done again at that time.
    Again {
        /// When.
        at: DateTime<Utc>,
        /// Failures in a row from now on.
        attempts: i32,
        /// What went wrong.
        error: Option<&'a str>,
        /// Whether the rest of its series still waits for it.
        in_turn: bool,
    },
    /// It waits until somebody sets it free.
    Parked(&'a str),
    /// It is given up: a person looks at it. A reason that came meanwhile outweighs that.
    Dead(&'a str),
    /// It failed, and that is nobody's business.
    Dropped(&'a str),
}

/// For how long it is kept that something was done: until then a reason finds the row again.
const DONE_DAYS: i64 = 30;

impl UnitOfWork {
    /// Notes what became of a piece, which ends its lease.
    ///
    /// # Errors
    /// [`Error::LeaseLost`]: somebody else has the work, or it was taken out of use. Nothing of this transaction may
    /// stay.
    pub async fn finish_work(&self, piece: &Piece, outcome: Outcome<'_>) -> Result<()> {
        let failed = piece.attempts.saturating_add(1);
        let now = self.now();
        let (status, attempts, at, error) = match outcome {
            Outcome::Done => (WorkStatus::Done, 0, now, None),
            Outcome::Again { at, attempts, error, .. } => (WorkStatus::Queued, attempts, at, error),
            Outcome::Parked(why) => (WorkStatus::Parked, failed, now, Some(why)),
            Outcome::Dead(why) => (WorkStatus::Dead, failed, now, Some(why)),
            Outcome::Dropped(why) => (WorkStatus::Done, failed, now, Some(why)),
        };
        let leaves_series = matches!(outcome, Outcome::Again { in_turn: false, .. });
        let sql = sql!(
            row("id"),
            "update work set status = case when dirty and $3 in ('DONE', 'DEAD') then 'QUEUED' else $3 end,
                attempts = case when dirty then 0 else $4 end, dirty = false, next_at = $5, lease_until = null,
                last_error = $6, series = case when $7 then null else series end, updated_at = $8
            where id = $1 and fence = $2 and status = 'RUNNING'"
        );
        let values = [
            piece.id.into(),
            piece.fence.into(),
            status.as_str().into(),
            attempts.into(),
            at.into(),
            error.map(str::to_owned).into(),
            leaves_series.into(),
            now.into(),
        ];
        if self.run(sql, values).await? == 0 { Err(Error::LeaseLost) } else { Ok(()) }
    }

    /// Has the lease last that long from now: for work of many steps, with each of them.
    ///
    /// # Errors
    /// [`Error::LeaseLost`], as above.
    pub async fn hold_work(&self, piece: &Piece, lease_for: TimeDelta) -> Result<()> {
        let sql =
            sql!(row("id"), "update work set lease_until = $3 where id = $1 and fence = $2 and status = 'RUNNING'");
        let held = self.run(sql, [piece.id.into(), piece.fence.into(), (self.now() + lease_for).into()]).await?;
        if held == 0 { Err(Error::LeaseLost) } else { Ok(()) }
    }

    /// Lets the parked work of a lane go on.
    pub(crate) async fn unpark_work(&self, tenant: TenantId, queue: &'static Queue, lane: i64) -> Result<()> {
        let sql = sql!(
            tenant,
            "update work set status = 'QUEUED', attempts = 0, next_at = $4, updated_at = $4
            where tenant_id = $1 and queue = $2 and lane = $3 and status = 'PARKED'"
        );
        self.run(sql, [tenant.into(), queue.name.into(), lane.into(), self.now().into()]).await?;
        self.wakes_up(queue);
        Ok(())
    }

    /// Takes the work of a lane out of use, also from whoever has it: to a person (`Dead`), or to nobody (`Done`).
    pub(crate) async fn drop_lane(
        &self,
        tenant: TenantId,
        queue: &'static Queue,
        lane: i64,
        to: WorkStatus,
    ) -> Result<()> {
        let sql = sql!(
            tenant,
            "update work set status = $4, dirty = false, lease_until = null, last_error = $5, updated_at = $6
            where tenant_id = $1 and queue = $2 and lane = $3 and #alive()"
        );
        let values =
            [tenant.into(), queue.name.into(), lane.into(), to.as_str().into(), OUT_OF_USE.into(), self.now().into()];
        self.run(sql, values).await?;
        Ok(())
    }
}

static OLD: &Sql = sql!(
    unscoped("what is past its life is forgotten in all businesses"),
    "/* housekeeping */ delete from work where id in (
    select id from work where status = 'DONE' and updated_at < $1 order by updated_at limit 5000)"
);

impl Database {
    /// Forgets what was done long ago, a bounded number a statement, until nothing is left to forget.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_work(&self) -> Result<u64> {
        self.forget(OLD, &[(self.clock().now() - TimeDelta::days(DONE_DAYS)).into()]).await
    }
}
