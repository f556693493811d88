//! Work is taken: what is due, lane by lane in turns, the urgent first, by a lease with a fencing number.

use super::{Piece, Queue};
use crate::{
    Database,
    error::Result,
    sql::{built_sql, sql},
    unit_of_work::{UnitOfWork, one},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::WorkId;
use sea_orm::{DbBackend, FromQueryResult};
use std::ops::RangeInclusive;

/// Its time has come, or whoever had it is gone.
const READY: &str = "(w.status = 'QUEUED' and w.next_at <= $2 or w.status = 'RUNNING' and w.lease_until < $2)";

/// Nothing of its series is under way or comes before it.
const IN_TURN: &str = "(w.series is null or not exists (select 1 from work o
        where o.queue = w.queue and o.series = w.series and o.id <> w.id
          and (o.status = 'RUNNING' and o.lease_until >= $2 or o.id < w.id and #pending(o))))";

/// The lanes of the queue `$1` that have anything to do, as the first parts of a statement: `open_lane`, those of which
/// work is done now. They are found by jumps along an index, so that a backlog of a lane costs nobody a walk along it.
fn open_lanes(queue: &Queue) -> String {
    let next = "select min(w.lane) from work w where w.queue = $1 and #pending(w)";
    let open = queue.open("lanes.lane");
    format!(
        "lanes (lane) as (
            {next} union all select ({next} and w.lane > lanes.lane) from lanes where lanes.lane is not null
        ), open_lane (lane) as (select lane from lanes where lane is not null and {open})"
    )
}

/// What of an open lane can be done now, at most `most`, the urgent first.
fn first_of_lane(most: i64) -> String {
    format!(
        "select w.id from work w where w.queue = $1 and w.lane = open_lane.lane and #pending(w) and {READY} and {IN_TURN}
            and w.rank >= $3 and w.rank <= $4 order by w.rank, w.next_at, w.id limit {most}"
    )
}

/// What of the free places goes to which ranks.
#[derive(Clone, Debug)]
pub struct Share {
    /// How urgent it is.
    pub ranks: RangeInclusive<i16>,
    /// So many places are left to others.
    pub leaves: i64,
    /// And where fewer than these would be left, only a lane that has no piece under way gets a place: many lanes that
    /// are slow leave room for one that is not.
    pub crowded: i64,
}

/// The first of each lane go before the second of any. Only the places that something as urgent, or more, has are
/// taken.
///
/// It is asked after every piece that is done, so it reads the first few of each lane and never the whole backlog.
pub(super) fn lease(queue: &Queue) -> String {
    let (lanes, at_once) = (open_lanes(queue), queue.at_once);
    let first = first_of_lane(at_once);
    let found = format!(
        "select id from (
            select id, place, row_number() over (order by rank, place, next_at, id) as nth from (
                select w.id, w.rank, w.next_at,
                    row_number() over (partition by w.lane order by w.rank, w.next_at, w.id)
                    + (select count(*) from work r where r.queue = $1 and r.lane = w.lane and r.status = 'RUNNING'
                        and r.lease_until >= $2 and r.rank <= w.rank) as place
                from open_lane #with_each({first}) join work w on w.id = found.value
            ) placed where place <= {at_once}
        ) due where nth <= $5 and (place = 1 or nth <= $6)"
    );
    let taken =
        format!("select w.id from work w where w.id {} and {READY} #pg(for update skip locked)", is_one_of(&found));
    format!(
        "/* housekeeping */ with recursive {lanes}
        update work set status = 'RUNNING', dirty = false, fence = fence + 1, lease_until = $7, updated_at = $2
        where id {} returning *",
        is_one_of(&taken)
    )
}

/// Membership in what a SELECT finds. PostgreSQL has it found first and then looks the rows up by their key; for `in`
/// it would read the whole table.
fn is_one_of(select: &str) -> String {
    format!("#pg(= any(array({select})))#sqlite(in ({select}))")
}

impl UnitOfWork {
    /// Leases what is due, share by share, at most `free` pieces.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lease_work(
        &self,
        queue: &'static Queue,
        free: i64,
        shares: &[Share],
        lease_for: TimeDelta,
    ) -> Result<Vec<Piece>> {
        // Two who lease at once would each count the places before the other has taken any. SQLite has one writer.
        if self.backend() == DbBackend::Postgres {
            let turn = sql!(
                unscoped("whoever leases work of all businesses does so in turn"),
                "/* housekeeping */ #pg(select pg_advisory_xact_lock(hashtextextended($1, 0)))"
            );
            self.run(turn, [queue.name.into()]).await?;
        }
        let sql = built_sql!(unscoped("the work of all businesses: a worker takes what is due"),
            queue: &Queue = queue, in super::QUEUES, lease(queue));
        let (mut left, mut pieces) = (free, Vec::new());
        for share in shares {
            if left <= share.leaves {
                continue;
            }
            let values = [
                queue.name.into(),
                self.now().into(),
                (*share.ranks.start()).into(),
                (*share.ranks.end()).into(),
                (left - share.leaves).into(),
                (left - share.crowded).into(),
                (self.now() + lease_for).into(),
            ];
            let taken: Vec<Piece> = self.all(&sql, values).await?;
            left -= i64::try_from(taken.len()).unwrap_or(left);
            pieces.extend(taken);
        }
        Ok(pieces)
    }

    /// Leases that very piece at once, whatever its time; `None` when somebody has it.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn lease_piece(&self, id: WorkId, lease_for: TimeDelta) -> Result<Option<Piece>> {
        let sql = sql!(
            row("id"),
            "update work set status = 'RUNNING', dirty = false, fence = fence + 1, lease_until = $3, updated_at = $2
            where id = $1 and (status = 'QUEUED' or status = 'RUNNING' and lease_until < $2) returning *"
        );
        self.one(sql, [id.into(), self.now().into(), (self.now() + lease_for).into()]).await
    }
}

impl Database {
    /// Whether anything of the queue is due: a cheap look before a transaction.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_due_work(&self, queue: &'static Queue) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Row {
            #[expect(dead_code, reason = "only that there is a row matters")]
            lane: i64,
        }
        let sql = built_sql!(unscoped("the work of all businesses: a worker takes what is due"),
            queue: &Queue = queue, in super::QUEUES,
            format!("/* housekeeping */ with recursive {} select lane from open_lane
                where exists (select 1 from work w where w.queue = $1 and w.lane = open_lane.lane and #pending(w)
                    and {READY} and {IN_TURN}) limit 1", open_lanes(queue)));
        let row: Option<Row> = one(self.reader(), &sql, [queue.name.into(), self.clock().now().into()]).await?;
        Ok(row.is_some())
    }

    /// When the next piece of the queue that can be done at all is due or its lease ends: how a command knows that it
    /// may end.
    ///
    /// # Errors
    /// The database failed.
    pub async fn next_work(&self, queue: &'static Queue) -> Result<Option<DateTime<Utc>>> {
        #[derive(FromQueryResult)]
        struct Row {
            next_at: DateTime<Utc>,
        }
        let sql = built_sql!(unscoped("the work of all businesses: a worker takes what is due"),
            queue: &Queue = queue, in super::QUEUES, format!("/* housekeeping */ select w.next_at from work w
                where w.queue = $1 and #pending(w) and {} order by w.next_at limit 1", queue.open("w.lane")));
        let row: Option<Row> = one(self.reader(), &sql, [queue.name.into()]).await?;
        Ok(row.map(|row| row.next_at))
    }
}
