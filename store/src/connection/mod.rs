//! Connections to the database: how they are opened, who may use one, and when one is closed for good.
//!
//! A connection goes back to the pool only when it was proven clean (I9). SQLite ends a transaction by itself when
//! the disk is full or a write fails; a driver that goes on counting it as open then begins each later transaction as a
//! savepoint and answers each commit by releasing one, and none of it is ever stored (sqlx 0.9.0, its issue 3742).

mod file;
pub(crate) mod postgres;
mod reader;
#[cfg(test)]
mod tests;
mod transaction;

pub(crate) use file::DatabaseFile;
pub(crate) use reader::Reader;
pub(crate) use transaction::{Purpose, Transaction, query_error};

use crate::{
    database::LOCK_TIMEOUT_SECONDS,
    error::{Conflict, conflict},
};
use sea_orm::{
    DatabaseConnection, DbErr, RuntimeErr, SqlxSqliteConnector,
    sqlx::{
        self, ConnectOptions, Connection, Database,
        pool::PoolOptions,
        sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous},
    },
};
use std::{path::Path, time::Duration};

/// How long a process that starts waits for another one that migrates, in minutes: as long as the longest migration may
/// take.
pub(crate) const PATIENCE_MINUTES: u64 = 30;
/// How often a file that somebody writes to is tried again.
const POLL: Duration = Duration::from_millis(50);
/// [`PATIENCE_MINUTES`].
pub(crate) const PATIENCE: Duration = Duration::from_secs(60 * PATIENCE_MINUTES);
/// A connection that was idle longer is asked for a sign of life before it is used. One ping per acquire would be a
/// round trip per transaction; this one is how connections that a restart of the database killed are noticed.
const PING_AFTER_IDLE: Duration = Duration::from_secs(1);

/// How the pool opens connections to a SQLite file.
///
/// Only the first connection may create the file: a pool that re-creates a deleted database would serve an empty one.
pub(crate) fn sqlite_options(path: &Path, create: bool) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a power cut must not take back a round that the kitchen already saw.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(LOCK_TIMEOUT_SECONDS))
        .foreign_keys(true)
        .disable_statement_logging()
}

/// Opens a pool of at most `size` connections to a SQLite file.
pub(crate) async fn sqlite_pool(options: SqliteConnectOptions, size: u32) -> Result<DatabaseConnection, DbErr> {
    let pool = pool_options(size).connect_with(options).await.map_err(connection_error)?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// Opens a SQLite file, made when missing, on a connection outside of any pool.
///
/// A restored backup has no write-ahead log yet. To give it one takes the whole file, so whoever writes is waited for.
///
/// # Errors
/// The file cannot be opened, made or read.
pub(crate) async fn open_sqlite(path: &Path) -> Result<SqliteConnection, DbErr> {
    let options = sqlite_options(path, true);
    let opened = tokio::time::timeout(PATIENCE, async {
        loop {
            match options.connect().await.map_err(connection_error) {
                // SQLite itself does not wait here.
                Err(busy) if conflict(&busy) == Some(Conflict::Transient) => tokio::time::sleep(POLL).await,
                other => break other,
            }
        }
    });
    let in_use = |_| DbErr::Custom("somebody else has had the database file for too long".to_owned());
    let mut connection = opened.await.map_err(in_use)??;
    // The first read opens the write-ahead log; without one there would be no such file yet.
    sqlx::query("select count(*) from sqlite_master").execute(&mut connection).await.map_err(connection_error)?;
    Ok(connection)
}

/// The rules of every pool: who is inside a transaction is not handed out and not taken back (I9).
fn pool_options<DB: Database>(size: u32) -> PoolOptions<DB> {
    PoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(LOCK_TIMEOUT_SECONDS))
        .test_before_acquire(false)
        .before_acquire(|connection: &mut DB::Connection, about| {
            Box::pin(async move {
                if about.idle_for >= PING_AFTER_IDLE {
                    connection.ping().await?;
                }
                Ok(outside_transaction(connection))
            })
        })
        .after_release(|connection: &mut DB::Connection, _| {
            Box::pin(async move { Ok(outside_transaction(connection)) })
        })
}

fn outside_transaction<C: Connection>(connection: &C) -> bool {
    let outside = !connection.is_in_transaction();
    if !outside {
        tracing::error!("a connection is inside a transaction that nobody holds; it is closed");
        metrics::counter!("database_connections_closed_total", "reason" => "in_transaction").increment(1);
    }
    outside
}

pub(crate) fn connection_error(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
