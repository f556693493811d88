//! The condition of the database, for health reports: can it be written, do commits fail, is there room left.
//!
//! A database that answers a ping may be unable to store an order: its disk is full, its file was deleted, it became
//! read-only. So the report rests on a write that was committed and then read by a connection that was opened anew, as the
//! next start of the program would open it.

#[cfg(test)]
mod tests;

use crate::{
    connection,
    database::{Database, LOCK_TIMEOUT_SECONDS, Location},
    error::{Error, Result},
};
use sea_orm::sqlx::{self, ConnectOptions, Connection, SqliteConnection};
use std::{
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use uuid::Uuid;

/// How long a failed commit darkens the report: longer than the pause between two looks of a monitor.
const FAILURE_REMEMBERED: Duration = Duration::from_secs(60);
/// A look that is not older is as good as a new one: reports are public, and each look is a write.
const FRESH: Duration = Duration::from_secs(2);
/// A look that failed is repeated sooner: whoever made room wants to see it.
const FRESH_FAILURE: Duration = Duration::from_millis(500);
/// A look that takes longer tells the same as one that fails.
const PATIENCE: Duration = Duration::from_secs(LOCK_TIMEOUT_SECONDS + 3);
/// Less room than this share of the disk is too little, one part in …
const LITTLE_ROOM: u64 = 20;
/// … and more than this many bytes is enough on a disk of any size: an evening writes far less.
const ENOUGH_ROOM: u64 = 1 << 30;

/// With less room than this, in bytes, an order may not fit although the look, which writes one page, still does.
const NO_ROOM: u64 = 1 << 20;

/// What is known so far. Shared by all clones of a [`Database`].
#[derive(Debug, Default)]
pub(crate) struct Condition {
    failed_commits: AtomicU64,
    last_failure: Mutex<Option<(Instant, String)>>,
    last_look: Mutex<Option<(Instant, Result<(), String>)>>,
    /// The mark of the last look that is sure to be in the SQLite file itself, not only in its write-ahead log.
    mark: Mutex<Option<String>>,
    /// One look at a time.
    looking: tokio::sync::Mutex<()>,
}

/// What [`Database::inspect`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Soundness {
    /// A write was committed and read back.
    Sound,
    /// It works, but somebody should look: why.
    Endangered(String),
    /// Nothing can be stored: why.
    Unusable(String),
}

impl Condition {
    pub(crate) fn commit_failed(&self, error: &Error) {
        metrics::counter!("database_commits_failed_total").increment(1);
        self.failed_commits.fetch_add(1, Ordering::Relaxed);
        let detail = error.with_cause();
        tracing::error!(error = detail, "a commit failed; its connection is closed");
        *lock(&self.last_failure) = Some((Instant::now(), detail));
    }

    fn recent_failure(&self) -> Option<String> {
        let last = lock(&self.last_failure);
        last.as_ref().filter(|(at, _)| at.elapsed() < FAILURE_REMEMBERED).map(|(_, why)| why.clone())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Database {
    /// Looks whether the database can store something: writes, commits, reads back what it wrote through a connection
    /// opened anew. Looks that come at short intervals share one.
    pub async fn inspect(&self) -> Soundness {
        let _looking = self.condition().looking.lock().await;
        let last = lock(&self.condition().last_look)
            .clone()
            .filter(|(at, found)| at.elapsed() < if found.is_ok() { FRESH } else { FRESH_FAILURE });
        let found = match last {
            // A file can be taken away faster than looks follow one another.
            Some((_, found)) => found.and_then(|()| self.check_file().map_err(|error| error.with_cause())),
            None => self.look().await,
        };
        let room = self.room();
        let found = found.and_then(|()| match room {
            Some((free, _)) if free < NO_ROOM => Err("the disk is full".to_owned()),
            _ => Ok(()),
        });
        metrics::gauge!("database_writable").set(if found.is_ok() { 1.0 } else { 0.0 });
        match found {
            Err(why) => Soundness::Unusable(why),
            Ok(()) => match self.condition().recent_failure().or_else(|| little_room(room?)) {
                Some(why) => Soundness::Endangered(why),
                None => Soundness::Sound,
            },
        }
    }

    async fn look(&self) -> Result<(), String> {
        let found = match tokio::time::timeout(PATIENCE, self.write_and_read_back()).await {
            Ok(found) => found.map_err(|error| error.with_cause()),
            Err(_) => Err(format!("a write was not finished after {} s", PATIENCE.as_secs())),
        };
        *lock(&self.condition().last_look) = Some((Instant::now(), found.clone()));
        found
    }

    async fn write_and_read_back(&self) -> Result<()> {
        self.check_content().await?;
        let mark = Uuid::new_v4().simple().to_string();
        let written = &mark;
        self.housekeeping("database.probe", |uow| async move {
            uow.run("/* housekeeping */ update write_probe set mark = $1", [written.as_str().into()]).await
        })
        .await?;
        let Location::Sqlite(path) = self.location() else { return Ok(()) };
        let mut stranger = open(path).await?;
        let read: Option<String> =
            sqlx::query_scalar("select mark from write_probe").fetch_optional(&mut stranger).await.map_err(failed)?;
        if read.as_deref() != Some(&mark) {
            return Err(unusable("what was committed cannot be read by a new connection"));
        }
        *lock(&self.condition().mark) = checkpointed(&mut stranger).await?.then(|| mark.clone());
        stranger.close().await.map_err(failed)
    }

    /// Whether the SQLite file still holds the mark that the last look left in it. A file that was written over by another
    /// program does not.
    async fn check_content(&self) -> Result<()> {
        self.check_file()?;
        let Some(file) = self.file() else { return Ok(()) };
        let Some(mark) = lock(&self.condition().mark).clone() else { return Ok(()) };
        let mut stranger = open(file.path()).await?;
        let place: Option<(i64, i64)> = sqlx::query_as(
            "select rootpage, (select page_size from pragma_page_size) from sqlite_master where name = 'write_probe'",
        )
        .fetch_optional(&mut stranger)
        .await
        .map_err(failed)?;
        stranger.close().await.map_err(failed)?;
        let (page, size) = place.unwrap_or_default();
        let (page, size) = (u64::try_from(page).unwrap_or_default(), u64::try_from(size).unwrap_or_default());
        if file.holds(&mark, page, size).map_err(|error| unusable(error.to_string()))? {
            return Ok(());
        }
        file.mark_overwritten();
        self.check_file()
    }

    /// Free and total bytes of the disk under a SQLite file.
    fn room(&self) -> Option<(u64, u64)> {
        let (free, total) = self.file()?.space().ok()?;
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!("database_free_bytes").set(free as f64);
        Some((free, total))
    }
}

/// Why there is too little room for the database, if there is.
fn little_room((free, total): (u64, u64)) -> Option<String> {
    let least = (total / LITTLE_ROOM).min(ENOUGH_ROOM);
    (free < least).then(|| format!("the disk has {} MiB left", free >> 20))
}

/// A connection as the next start of the program would have it.
async fn open(path: &Path) -> Result<SqliteConnection> {
    connection::sqlite_options(path, false).connect().await.map_err(failed)
}

/// Moves what is in the write-ahead log to the file itself, as far as no reader is in the way; whether all of it is there.
async fn checkpointed(connection: &mut SqliteConnection) -> Result<bool> {
    let (busy, log, moved): (i64, i64, i64) =
        sqlx::query_as("pragma wal_checkpoint(passive)").fetch_one(connection).await.map_err(failed)?;
    Ok(busy == 0 && log == moved)
}

fn failed(error: sqlx::Error) -> Error {
    Error::from(connection::query_error(error))
}

fn unusable(why: impl Into<String>) -> Error {
    Error::Unavailable(sea_orm::DbErr::Custom(why.into()))
}
