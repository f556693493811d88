//! The connection, and the one way to change anything: [`Database::transaction`].
//!
//! A transaction is a re-runnable closure. It is begun (`BEGIN IMMEDIATE` on SQLite, which then has no other writer),
//! run, sealed (its audit rows are chained, and its events numbered and logged, last of all: I2), committed, and only
//! then are its events handed to the bus and the workers woken that it has work for. A conflict or a lost connection
//! runs it again, unless the connection was lost in the COMMIT; nothing of the failed try is left.

use crate::{
    condition::Condition,
    connection::{
        self, DatabaseFile, Purpose, Reader, Transaction,
        postgres::{self, Session},
    },
    error::{Conflict, Error, HoldsStoreError, Result},
    queue::Wakes,
    start_error::StartError,
    unit_of_work::{Owing, Parts, UnitOfWork},
};
use domain::{Clock, event::EventSink};
use rand::Rng;
use sea_orm::{
    DatabaseConnection, DbErr,
    sqlx::{Connection, postgres::PgConnectOptions, sqlite::SqliteConnection},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Tries of one transaction, the first included (design.md §4).
const TRIES: u32 = 5;
/// How long a transaction waits for a row lock before the caller is told to come back, in seconds (design.md §4).
pub(crate) const LOCK_TIMEOUT_SECONDS: u64 = 5;
/// No statement of ours needs longer, in seconds; a runaway one must not hold locks all evening.
pub(crate) const STATEMENT_TIMEOUT_SECONDS: u64 = 15;

/// Where the data lives.
#[derive(Clone, Debug)]
pub enum Location {
    /// A SQLite file, made when missing.
    Sqlite(std::path::PathBuf),
    /// A `postgres://` URL.
    Postgres(String),
}

/// The database with the clock its rows are stamped by and the sink its committed events go to. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    reader: Reader,
    location: Location,
    /// How to connect to PostgreSQL, as the first connection found out.
    server: Option<Arc<PgConnectOptions>>,
    clock: Arc<dyn Clock>,
    sink: Arc<dyn EventSink>,
    /// SQLite has one writer at a time. Who waits for it here waits in turn and holds no connection that readers need;
    /// the file's own lock is polled, in no order, and is left for other processes.
    writer: Option<Arc<Semaphore>>,
    /// The SQLite file that was opened.
    file: Option<Arc<DatabaseFile>>,
    /// Keeps the SQLite file open for as long as this process lives, so that its write-ahead log stays the same file.
    held: Option<Arc<Mutex<SqliteConnection>>>,
    condition: Arc<Condition>,
    wakes: Arc<Wakes>,
    /// Connections at most.
    pool: u32,
}

impl Database {
    /// Connects with at most `pool` connections.
    ///
    /// # Errors
    /// The database cannot be reached, cannot be used, or the file not be opened: why, and what to do.
    pub async fn connect(
        location: &Location,
        pool: u32,
        clock: Arc<dyn Clock>,
        sink: Arc<dyn EventSink>,
    ) -> Result<Self, StartError> {
        let Opened { connection, file, held, server } = open(location, pool).await?;
        let condition = Arc::<Condition>::default();
        Ok(Self {
            reader: Reader::new(connection, file.clone(), Arc::clone(&condition)),
            location: location.clone(),
            server: server.map(Arc::new),
            clock,
            sink,
            writer: file.is_some().then(|| Arc::new(Semaphore::new(1))),
            file,
            held: held.map(|held| Arc::new(Mutex::new(held))),
            condition,
            wakes: Arc::default(),
            pool,
        })
    }

    /// The connection for reads of a single statement each.
    pub(crate) fn reader(&self) -> &Reader {
        &self.reader
    }

    /// How to connect to PostgreSQL; none with a file.
    pub(crate) fn server(&self) -> Option<&PgConnectOptions> {
        self.server.as_deref()
    }

    pub(crate) const fn location(&self) -> &Location {
        &self.location
    }

    pub(crate) fn file(&self) -> Option<&DatabaseFile> {
        self.file.as_deref()
    }

    pub(crate) fn condition(&self) -> &Condition {
        &self.condition
    }

    pub(crate) fn wakes(&self) -> &Wakes {
        &self.wakes
    }

    /// The clock of everything this database stamps.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Closes every connection and waits for each, so that a SQLite file is whole without its log. Whoever uses a clone
    /// of this meanwhile is refused.
    ///
    /// # Errors
    /// A connection does not end as it should.
    pub async fn close(self) -> Result<()> {
        self.reader.pool().map_err(Error::Unavailable)?.clone().close().await?;
        // The last one to go writes the log back.
        if let Some(held) = self.held.and_then(Arc::into_inner).and_then(|held| held.into_inner().ok()) {
            held.close().await.map_err(|error| Error::from(connection::connection_error(error)))?;
        }
        Ok(())
    }

    /// Whether the database answers, and is still the one that was opened.
    ///
    /// # Errors
    /// It does not, or is not.
    pub async fn ping(&self) -> Result<()> {
        self.reader.pool().map_err(Error::Unavailable)?.ping().await.map_err(Error::Unavailable)
    }

    /// Whether the SQLite file is still the one that was opened; PostgreSQL keeps such watch itself.
    pub(crate) fn check_file(&self) -> Result<()> {
        self.file.as_deref().map_or(Ok(()), DatabaseFile::check).map_err(Error::Unavailable)
    }

    /// Runs `body` as one transaction, again on a conflict or when the connection is lost before the commit. `name`
    /// labels the metrics: `noun.verb`.
    ///
    /// `body` must do nothing but use its unit of work: no network (I6), no memory of an earlier try.
    ///
    /// # Errors
    /// What `body` returned, after a rollback; [`Error::Busy`] when the conflicts did not end.
    pub async fn transaction<T, E, F, Fut>(&self, name: &'static str, body: F) -> Result<T, E>
    where
        E: HoldsStoreError,
        F: Fn(UnitOfWork) -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        self.run(Purpose::Request, name, body).await
    }

    /// [`Database::transaction`] on nobody's request; statements that it sends say so in a comment.
    pub(crate) async fn housekeeping<T, F, Fut>(&self, name: &'static str, body: F) -> Result<T>
    where
        F: Fn(UnitOfWork) -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        self.run(Purpose::Housekeeping, name, body).await
    }

    async fn run<T, E, F, Fut>(&self, purpose: Purpose, name: &'static str, body: F) -> Result<T, E>
    where
        E: HoldsStoreError,
        F: Fn(UnitOfWork) -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let (mut attempt, mut lost, mut last_failure) = (0, 0, None);
        while attempt < TRIES {
            attempt += 1;
            let error = match self.attempt(purpose, &body).await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let failure = error.store_error().and_then(|error| Some((error.class()?, error.with_cause())));
            if let Some((class, _)) = failure {
                Condition::count(class);
            }
            last_failure = failure.map(|(_, why)| why);
            match error.store_error().and_then(Error::conflict) {
                None => {
                    self.condition.refused(last_failure);
                    return Err(error);
                }
                // After a restart of the database every connection of the pool is dead, and each try finds one of them
                // and throws it away. Those are no tries.
                Some(Conflict::Lost) if lost < self.pool => {
                    metrics::counter!("transaction_retries_total", "transaction" => name).increment(1);
                    lost += 1;
                    attempt -= 1;
                }
                Some(Conflict::TimedOut) => {
                    metrics::counter!("transaction_lock_timeouts_total", "transaction" => name).increment(1);
                    self.condition.refused(last_failure);
                    return Err(Error::Busy.into());
                }
                Some(Conflict::Transient | Conflict::Lost) => {
                    metrics::counter!("transaction_retries_total", "transaction" => name).increment(1);
                    tracing::debug!(transaction = name, attempt, "conflict, running again");
                    let ceiling = 10 << attempt;
                    let pause = rand::rng().random_range(1..=ceiling);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
        }
        self.condition.refused(last_failure);
        Err(Error::Busy.into())
    }

    pub(crate) async fn turn(&self) -> Result<Option<OwnedSemaphorePermit>> {
        let Some(writer) = &self.writer else { return Ok(None) };
        let turn = tokio::time::timeout(Duration::from_secs(LOCK_TIMEOUT_SECONDS), writer.clone().acquire_owned());
        // The semaphore is never closed.
        Ok(turn.await.map_err(|_| Error::Busy)?.ok())
    }

    async fn attempt<T, E, F, Fut>(&self, purpose: Purpose, body: &F) -> Result<T, E>
    where
        E: HoldsStoreError,
        F: Fn(UnitOfWork) -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        // The transaction keeps the turn until its end: the next one begins when this one is over.
        let turn = self.turn().await?;
        let pool = self.reader.pool().map_err(Error::Unavailable)?;
        let tx = Transaction::begin(pool, purpose, turn).await.map_err(Error::from)?;
        let work = UnitOfWork::new(tx, self.clock.now());
        let value = match body(work.clone()).await.and_then(|value| settled(&work).map(|()| value)) {
            Ok(value) => value,
            Err(error) => {
                if let Some(Parts { tx, .. }) = work.into_parts() {
                    // The rollback is asked for now rather than left to the drop, so that the locks are free before the
                    // answer is out.
                    if let Err(error) = tx.rollback().await {
                        tracing::warn!(%error, "rollback failed; the connection is closed");
                    }
                }
                return Err(error);
            }
        };
        let Parts { tx, last, woken } = work.into_parts().ok_or_else(leaked)?;
        let events = last.write(&tx).await?;
        self.commit(tx).await?;
        if !events.is_empty() {
            self.sink.publish(events);
        }
        woken.into_iter().for_each(|queue| self.wakes.wake(queue));
        Ok(value)
    }

    /// Commits, and makes sure that the commit went to the file which the next start will open (I10).
    async fn commit(&self, tx: Transaction) -> Result<()> {
        let committed = tx.commit().await.map_err(Error::of_commit);
        if let Err(error) = &committed {
            self.condition.commit_failed(error);
        }
        committed?;
        self.check_file()
    }
}

struct Opened {
    connection: DatabaseConnection,
    file: Option<Arc<DatabaseFile>>,
    held: Option<SqliteConnection>,
    server: Option<PgConnectOptions>,
}

async fn open(location: &Location, pool: u32) -> Result<Opened, StartError> {
    match location {
        Location::Sqlite(path) => {
            let named = |error| StartError::of(&path.display().to_string(), error);
            let held = connection::open_sqlite(path).await.map_err(named)?;
            let file = DatabaseFile::opened(path).map_err(|error| named(DbErr::Custom(error.to_string())))?;
            let options = connection::sqlite_options(path, false);
            let connection = connection::sqlite_pool(options, pool).await.map_err(named)?;
            Ok(Opened { connection, file: Some(Arc::new(file)), held: Some(held), server: None })
        }
        Location::Postgres(url) => {
            let server = postgres::examined(url).await?;
            let connection = postgres::pool(server.clone(), pool, Session::Request).await?;
            Ok(Opened { connection, file: None, held: None, server: Some(server) })
        }
    }
}

/// Refuses to commit a debt that no check says: whoever changed it forgot to settle.
fn settled<E: HoldsStoreError>(work: &UnitOfWork) -> Result<(), E> {
    match work.unsettled().first() {
        None => Ok(()),
        Some(owing) => {
            let Owing { session, cause } = owing;
            let forgotten = format!("the check of session {session} was not settled after {cause}");
            Err(Error::Database(DbErr::Custom(forgotten)).into())
        }
    }
}

fn leaked() -> Error {
    Error::Database(DbErr::Custom("a unit of work outlived its transaction".into()))
}
