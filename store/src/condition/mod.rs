//! The condition of the database, for health reports: can it be written, do commits fail, is there room left.
//!
//! A database that answers a ping may be unable to store an order: its disk is full, its file was deleted, it became
//! read-only. So the report rests on a write that was committed and then read by a connection that was opened anew, as
//! the next start of the program would open it.

#[cfg(test)]
mod tests;

use crate::{
    connection,
    database::{Database, LOCK_TIMEOUT_SECONDS, Location},
    error::{Error, Result},
    sql::{Sql, sql},
};
use chrono::TimeDelta;
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

/// How long after the first reading a mark that is missing is read again.
const SECOND_READING: Duration = Duration::from_millis(200);
/// After so many days the row of a process that is no more is forgotten.
const OTHERS_DAYS: i64 = 7;

static WRITE: &Sql = sql!(
    unscoped("the look at the database: no business has a part in it"),
    "/* housekeeping */ insert into write_probe (process, mark, written_at) values ($1, $2, $3)
    on conflict (process) do update set mark = excluded.mark, written_at = excluded.written_at"
);
static FORGET_OTHERS: &Sql = sql!(
    unscoped("the look at the database: no business has a part in it"),
    "/* housekeeping */ delete from write_probe where written_at < $1"
);

/// What is known so far. Shared by all clones of a [`Database`].
#[derive(Debug)]
pub(crate) struct Condition {
    /// This process's name among those that use the database.
    process: String,
    failed_commits: AtomicU64,
    last_failure: Mutex<Option<(Instant, String)>>,
    last_look: Mutex<Option<(Instant, Result<(), String>)>>,
    /// The mark of the last look, if that look succeeded.
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

impl Default for Condition {
    fn default() -> Self {
        Self {
            process: Uuid::new_v4().simple().to_string(),
            failed_commits: AtomicU64::default(),
            last_failure: Mutex::default(),
            last_look: Mutex::default(),
            mark: Mutex::default(),
            looking: tokio::sync::Mutex::default(),
        }
    }
}

impl Condition {
    pub(crate) fn commit_failed(&self, error: &Error) {
        metrics::counter!("database_commits_failed_total").increment(1);
        self.failed_commits.fetch_add(1, Ordering::Relaxed);
        let detail = error.with_cause();
        tracing::error!(error = detail, "a commit failed; its connection is closed");
        *lock(&self.last_failure) = Some((Instant::now(), detail));
    }

    /// Counts a failure of which the request is not the cause, whether or not it is run again.
    pub(crate) fn count(class: &'static str) {
        metrics::counter!("database_failures_total", "class" => class).increment(1);
    }

    /// Remembers why somebody was told to come back later, if the database was the cause: reports say so for a while.
    pub(crate) fn refused(&self, why: Option<String>) {
        if let Some(why) = why {
            *lock(&self.last_failure) = Some((Instant::now(), why));
        }
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
        // Until this look has succeeded nobody knows which mark is stored: a commit may fail and have happened.
        *lock(&self.condition().mark) = None;
        let (process, written) = (self.condition().process.as_str(), mark.as_str());
        self.housekeeping("database.probe", |uow| async move {
            let now = uow.now();
            uow.run(WRITE, [process.into(), written.into(), now.into()]).await?;
            uow.run(FORGET_OTHERS, [(now - TimeDelta::days(OTHERS_DAYS)).into()]).await
        })
        .await?;
        let Location::Sqlite(path) = self.location() else { return Ok(()) };
        let mut stranger = open(path).await?;
        let read = self.read_mark(&mut stranger).await?;
        if read.as_deref() != Some(&mark) {
            return Err(unusable("what was committed cannot be read by a new connection"));
        }
        // As far as no reader is in the way: what is in the file itself is what a program that writes over it destroys.
        sqlx::query("pragma wal_checkpoint(passive)").execute(&mut stranger).await.map_err(failed)?;
        stranger.close().await.map_err(failed)?;
        *lock(&self.condition().mark) = Some(mark);
        Ok(())
    }

    /// Whether the SQLite file still holds the mark that this process's last look left in it: a file that another
    /// program wrote over does not. Read twice before it is believed, through SQLite, so that whatever SQLite itself
    /// does to the file (a checkpoint, a VACUUM, another process's marks) is none of it.
    async fn check_content(&self) -> Result<()> {
        self.check_file()?;
        let Some(file) = self.file() else { return Ok(()) };
        let Some(mark) = lock(&self.condition().mark).clone() else { return Ok(()) };
        for _ in 0..2 {
            let mut stranger = open(file.path()).await?;
            let read = self.read_mark(&mut stranger).await?;
            stranger.close().await.map_err(failed)?;
            if read.as_deref() == Some(&mark) {
                return Ok(());
            }
            tokio::time::sleep(SECOND_READING).await;
        }
        file.mark_overwritten();
        self.check_file()
    }

    async fn read_mark(&self, stranger: &mut SqliteConnection) -> Result<Option<String>> {
        let mark = sqlx::query_scalar("select mark from write_probe where process = $1");
        mark.bind(&self.condition().process).fetch_optional(stranger).await.map_err(failed)
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

fn failed(error: sqlx::Error) -> Error {
    Error::from(connection::query_error(error))
}

fn unusable(why: impl Into<String>) -> Error {
    Error::Unavailable(sea_orm::DbErr::Custom(why.into()))
}
