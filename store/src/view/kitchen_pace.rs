//! How busy a kitchen is and how fast it was lately: what the waiting time is guessed from (M29).

use crate::{
    Database,
    error::{Error, Result},
    sql::sql,
    unit_of_work::{all, one},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{BranchId, kitchen::FINISHED_CONSIDERED};
use sea_orm::FromQueryResult;

/// A kitchen's queue and pace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitchenPace {
    /// Rounds it has that are not ready.
    pub queue: i64,
    /// How long each of the last ones took from its arrival until it was ready, the latest first.
    pub finished: Vec<TimeDelta>,
}

#[derive(FromQueryResult)]
struct Queue {
    queue: i64,
}

#[derive(FromQueryResult)]
struct Finished {
    submitted_at: DateTime<Utc>,
    ready_at: DateTime<Utc>,
}

impl Database {
    /// The pace of an open branch. It says nothing about anybody, so everybody may ask.
    ///
    /// # Errors
    /// No open branch of that id.
    pub async fn kitchen_pace(&self, branch: BranchId) -> Result<KitchenPace> {
        let sql = sql!(
            branch,
            "select (select count(*) from round r join table_session s on s.id = r.session_id
                where r.branch_id = $1 and #being_made(r) and #live_session(s)) as queue
            from branch where id = $1 and is_active"
        );
        let queue: Option<Queue> = one(self.reader(), sql, [branch.into()]).await?;
        let queue = queue.ok_or(Error::NotFound("branch"))?.queue;
        let sql = sql!(
            branch,
            "select submitted_at, ready_at from round
            where branch_id = $1 and ready_at is not null and submitted_at is not null
            order by ready_at desc limit $2"
        );
        let last = i64::from(FINISHED_CONSIDERED).into();
        let finished: Vec<Finished> = all(self.reader(), sql, [branch.into(), last]).await?;
        Ok(KitchenPace { queue, finished: finished.iter().map(|row| row.ready_at - row.submitted_at).collect() })
    }
}
