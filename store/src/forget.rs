//! Forgetting what is past its life: a bounded number of rows a statement, so that none holds its locks for long, and
//! as many statements as it takes, so that forgetting keeps pace with whatever comes in.

use crate::{Database, error::Result, sql::Sql, unit_of_work::UnitOfWork};
use sea_orm::Value;

/// Rows that one statement forgets at most; the statements say the same number.
pub(crate) const BATCH: u64 = 5_000;
/// Statements in a row at most: a million rows in one sweep, and no loop without an end.
const BATCHES: usize = 200;

impl Database {
    /// Runs a statement that forgets at most [`BATCH`] rows, each time in a transaction of its own, until nothing is
    /// left, and tells how many there were.
    pub(crate) async fn forget(&self, sql: &Sql, values: &[Value]) -> Result<u64> {
        let mut forgotten = 0;
        for _ in 0..BATCHES {
            let forget = |uow: UnitOfWork| async move { uow.run(sql, values.iter().cloned()).await };
            let rows = self.housekeeping("housekeeping.forget", forget).await?;
            forgotten += rows;
            if rows < BATCH {
                break;
            }
        }
        Ok(forgotten)
    }
}
