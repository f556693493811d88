//! How the queues are, for health report and metrics.

use super::{QUEUES, Queue};
use crate::{Database, error::Result, sql::sql, unit_of_work::all};
use chrono::{DateTime, Utc};
use domain::work::WorkStatus;
use sea_orm::FromQueryResult;

/// How a queue is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueReport {
    /// Its name.
    pub name: &'static str,
    /// Pieces that wait for their time.
    pub queued: i64,
    /// Pieces being worked on.
    pub running: i64,
    /// Pieces given up: a person must look at them.
    pub dead: i64,
    /// Pieces that wait for somebody to set them free.
    pub parked: i64,
    /// How long the longest due one has waited, in seconds.
    pub oldest_due_seconds: i64,
    /// For how long the longest one has been worked on, in seconds.
    pub longest_running_seconds: i64,
}

#[derive(FromQueryResult)]
struct Row {
    queue: String,
    status: WorkStatus,
    rows: i64,
    next_at: DateTime<Utc>,
    since: DateTime<Utc>,
}

impl Database {
    /// How each queue is, also one that is empty.
    ///
    /// # Errors
    /// The database failed.
    pub async fn queue_reports(&self) -> Result<Vec<QueueReport>> {
        // Two statements in one, for each has an index that leaves out what is done.
        let sql = sql!(
            unscoped("the work of all businesses, counted for the metrics"),
            "/* housekeeping */ select queue, status, count(*) as rows, min(next_at) as next_at, min(updated_at) as since
                from work w where #pending(w) group by queue, status
            union all select queue, status, count(*), min(next_at), min(updated_at)
                from work w where #stuck(w) group by queue, status"
        );
        let rows: Vec<Row> = all(self.reader(), sql, []).await?;
        let now = self.clock().now();
        Ok(QUEUES.iter().map(|queue| report(queue, &rows, now)).collect())
    }
}

fn report(queue: &Queue, rows: &[Row], now: DateTime<Utc>) -> QueueReport {
    let seconds = |since: DateTime<Utc>| (now - since).num_seconds().max(0);
    let mut report = QueueReport { name: queue.name, ..QueueReport::default() };
    for row in rows.iter().filter(|row| row.queue == queue.name) {
        match row.status {
            WorkStatus::Queued => {
                report.queued = row.rows;
                report.oldest_due_seconds = seconds(row.next_at);
            }
            WorkStatus::Running => {
                report.running = row.rows;
                report.longest_running_seconds = seconds(row.since);
            }
            WorkStatus::Dead => report.dead = row.rows,
            WorkStatus::Parked => report.parked = row.rows,
            WorkStatus::Done => {}
        }
    }
    report
}

/// Sets a gauge of a queue, or of its pieces of one state.
pub fn measure_queue(name: &'static str, queue: &'static str, status: Option<&'static str>, number: i64) {
    let shown = i32::try_from(number).unwrap_or(i32::MAX);
    match status {
        Some(status) => metrics::gauge!(name, "queue" => queue, "status" => status).set(shown),
        None => metrics::gauge!(name, "queue" => queue).set(shown),
    }
}
