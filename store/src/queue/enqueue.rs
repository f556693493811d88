//! Work is asked for. Asking twice is asking once.

use super::{Piece, Queue};
use crate::{
    error::{Error, Result},
    sql::built_sql,
    unit_of_work::UnitOfWork,
};
use domain::TenantId;
use sea_orm::DbErr;

/// A thing to be done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'a> {
    /// Whose.
    pub(crate) tenant: TenantId,
    /// The number of whoever slows nobody else down: an account, a printer.
    pub(crate) lane: i64,
    /// What is to be done; empty where the queue says it.
    pub(crate) kind: &'a str,
    /// What with, in the queue's own words.
    pub(crate) subject: &'a str,
    /// The number of what is done one piece after the other, in the order in which they were first asked for.
    pub(crate) series: Option<i64>,
}

/// Why a thing is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    /// In the queue's own words.
    pub(crate) cause: &'static str,
    /// How urgent it is: 0 goes first. A reason of a higher rank does not take the place of one of a lower before the
    /// work is done.
    pub(crate) rank: i16,
    /// Whether it is worth a try now of what waits for its next one.
    pub(crate) hurries: bool,
    /// Whether it sets free what is parked.
    pub(crate) unparks: bool,
}

impl Reason {
    /// A program's own: it is done when its turn comes.
    pub(crate) const PLAIN: Self = Self { cause: "", rank: 0, hurries: true, unparks: false };
    /// The same, but a try that failed is made again at its time and not before.
    pub(crate) const PATIENT: Self = Self { hurries: false, ..Self::PLAIN };
}

// The table of decisions/037, one column a line: what is RUNNING stays with its worker and is done once more.
fn text(queue: &Queue) -> String {
    let closed = queue.closed("$3");
    format!(
        "insert into work as known (tenant_id, queue, lane, kind, subject, series, cause, rank, status, next_at,
            last_error, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, case when {closed} then 'DEAD' else 'QUEUED' end, $9,
            case when {closed} then $12 end, $9, $9)
        on conflict (queue, lane, kind, subject) do update set
            dirty = known.status = 'RUNNING',
            series = excluded.series,
            cause = case when known.status = 'DONE' or $8 <= known.rank then $7 else known.cause end,
            rank = case when known.status = 'DONE' or $8 <= known.rank then $8 else known.rank end,
            attempts = case when known.status = 'RUNNING' or known.status = 'QUEUED' and not $10 then known.attempts
                else 0 end,
            next_at = case when known.status = 'RUNNING' or known.status = 'QUEUED' and not $10 then known.next_at
                else $9 end,
            last_error = coalesce(excluded.last_error, known.last_error),
            lease_until = case when excluded.status = 'DEAD' then null else known.lease_until end,
            status = case when excluded.status = 'DEAD' then 'DEAD'
                when known.status = 'RUNNING' or known.status = 'PARKED' and not $11 then known.status
                else 'QUEUED' end,
            updated_at = $9
        returning *"
    )
}

impl UnitOfWork {
    /// Asks for something to be done; what is being done at this moment will be done once more. Whoever works off the
    /// queue in this process looks when this transaction is committed.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn enqueue(&self, queue: &'static Queue, item: Item<'_>, reason: Reason) -> Result<Piece> {
        let sql = built_sql!(tenant, queue: &Queue = queue, in super::QUEUES, text(queue));
        let values = [
            item.tenant.into(),
            queue.name.into(),
            item.lane.into(),
            item.kind.into(),
            item.subject.into(),
            item.series.into(),
            reason.cause.into(),
            reason.rank.into(),
            self.now().into(),
            reason.hurries.into(),
            reason.unparks.into(),
            OUT_OF_USE.into(),
        ];
        let piece: Option<Piece> = self.one(&sql, values).await?;
        self.wakes_up(queue);
        piece.ok_or_else(|| Error::Database(DbErr::Custom("a piece of work vanished".to_owned())))
    }
}

/// Why work of a lane that was taken out of use is not done.
pub(crate) const OUT_OF_USE: &str = "The account was taken out of use";
