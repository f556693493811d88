//! The connection, and the one way to change anything: [`Database::transaction`].
//!
//! A transaction is a re-runnable closure. It is begun (`BEGIN IMMEDIATE` on SQLite, which then has no other writer),
//! run, sealed (its audit rows are chained, and its events numbered and logged, last of all: DESIGN I2), committed, and only then are its events
//! handed to the bus. A conflict or a lost connection runs it again, unless the connection was lost in the COMMIT;
//! nothing of the failed try is left.

use crate::{
    audit,
    error::{Conflict, Error, HoldsStoreError, Result},
    event_log,
    unit_of_work::UnitOfWork,
};
use domain::{Clock, event::EventSink};
use migration::{Migrator, MigratorTrait};
use rand::Rng;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Tries of one transaction, the first included (DESIGN §4).
const TRIES: u32 = 5;
/// How long a transaction waits for a row lock before the caller is told to come back, in seconds (DESIGN §4).
const LOCK_TIMEOUT_SECONDS: u64 = 5;
/// No statement of ours needs longer, in seconds; a runaway one must not hold locks all evening.
const STATEMENT_TIMEOUT_SECONDS: u64 = 15;

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
    connection: DatabaseConnection,
    clock: Arc<dyn Clock>,
    sink: Arc<dyn EventSink>,
    /// SQLite has one writer at a time. Who waits for it here waits in turn and holds no connection that readers need;
    /// the file's own lock is polled, in no order, and is left for other processes.
    writer: Option<Arc<Semaphore>>,
    /// Connections at most.
    pool: u32,
}

impl Database {
    /// Connects with at most `pool` connections.
    ///
    /// # Errors
    /// The database cannot be reached or the file not be opened.
    pub async fn connect(
        location: &Location,
        pool: u32,
        clock: Arc<dyn Clock>,
        sink: Arc<dyn EventSink>,
    ) -> Result<Self> {
        let connection = sea_orm::Database::connect(options(location, pool)).await.map_err(Error::Unavailable)?;
        let writer = matches!(location, Location::Sqlite(_)).then(|| Arc::new(Semaphore::new(1)));
        Ok(Self { connection, clock, sink, writer, pool })
    }

    /// Brings the schema up to date. Safe to call from several processes at once.
    ///
    /// # Errors
    /// A migration failed; nothing of it is left on PostgreSQL.
    pub async fn migrate(&self) -> Result<()> {
        let connection = &self.connection;
        if connection.get_database_backend() == DbBackend::Postgres {
            // Two API processes may start together; the lock dies with this transaction, whatever happens to us.
            let options =
                TransactionOptions { isolation_level: None, access_mode: None, sqlite_transaction_mode: None };
            #[expect(clippy::disallowed_methods, reason = "the schema is no business change: no events, no retry")]
            let tx = connection.begin_with_options(options).await?;
            tx.execute_unprepared("select pg_advisory_xact_lock(724861001)").await?;
            Migrator::up(&tx, None).await?;
            tx.commit().await?;
        } else {
            Migrator::up(connection, None).await?;
        }
        Ok(())
    }

    /// The connection for reads of a single statement each.
    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// The clock of everything this database stamps.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<()> {
        self.connection.ping().await.map_err(Error::Unavailable)
    }

    /// Runs `body` as one transaction, again on a conflict or when the connection is lost before the commit. `name` labels the metrics: `noun.verb`.
    ///
    /// `body` must do nothing but use its unit of work: no network (DESIGN I6), no memory of an earlier try.
    ///
    /// # Errors
    /// What `body` returned, after a rollback; [`Error::Busy`] when the conflicts did not end.
    pub async fn transaction<T, E, F, Fut>(&self, name: &'static str, body: F) -> Result<T, E>
    where
        E: HoldsStoreError,
        F: Fn(UnitOfWork) -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let (mut attempt, mut lost) = (0, 0);
        while attempt < TRIES {
            attempt += 1;
            let error = match self.attempt(&body).await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            match error.store_error().and_then(Error::conflict) {
                None => return Err(error),
                // After a restart of the database every connection of the pool is dead, and each try finds one of them and
                // throws it away. Those are no tries.
                Some(Conflict::Lost) if lost < self.pool => {
                    metrics::counter!("transaction_retries_total", "transaction" => name).increment(1);
                    lost += 1;
                    attempt -= 1;
                }
                Some(Conflict::TimedOut) => {
                    metrics::counter!("transaction_lock_timeouts_total", "transaction" => name).increment(1);
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
        Err(Error::Busy.into())
    }

    async fn turn(&self) -> Result<Option<OwnedSemaphorePermit>> {
        let Some(writer) = &self.writer else { return Ok(None) };
        let turn = tokio::time::timeout(Duration::from_secs(LOCK_TIMEOUT_SECONDS), writer.clone().acquire_owned());
        // The semaphore is never closed.
        Ok(turn.await.map_err(|_| Error::Busy)?.ok())
    }

    async fn attempt<T, E, F, Fut>(&self, body: &F) -> Result<T, E>
    where
        E: HoldsStoreError,
        F: Fn(UnitOfWork) -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        // Kept until the end of this function: the next one begins when this one is over.
        let _turn = self.turn().await?;
        let options = TransactionOptions {
            isolation_level: None,
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        };
        #[expect(clippy::disallowed_methods, reason = "the one place where a business transaction begins")]
        let tx = self.connection.begin_with_options(options).await.map_err(Error::from)?;
        let now = self.clock.now();
        let work = UnitOfWork::new(tx, now);
        let value = match body(work.clone()).await {
            Ok(value) => value,
            Err(error) => {
                if let Some((tx, ..)) = work.into_parts() {
                    // The rollback is asked for now rather than left to the pool, so that the locks are free before the answer is out.
                    if let Err(error) = tx.rollback().await {
                        tracing::warn!(%error, "rollback failed; the connection is discarded");
                    }
                }
                return Err(error);
            }
        };
        let (tx, notes, drafts) = work.into_parts().ok_or_else(leaked)?;
        audit::chain::seal(&tx, notes, now).await?;
        let events = event_log::append(&tx, drafts, now).await?;
        tx.commit().await.map_err(Error::of_commit)?;
        if !events.is_empty() {
            self.sink.publish(events);
        }
        Ok(value)
    }
}

fn leaked() -> Error {
    Error::Database(DbErr::Custom("a unit of work outlived its transaction".into()))
}

fn options(location: &Location, pool: u32) -> ConnectOptions {
    let mut options = match location {
        Location::Sqlite(path) => ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display())),
        Location::Postgres(url) => ConnectOptions::new(url),
    };
    options
        .max_connections(pool)
        .acquire_timeout(Duration::from_secs(LOCK_TIMEOUT_SECONDS))
        .connect_timeout(Duration::from_secs(LOCK_TIMEOUT_SECONDS))
        .sqlx_logging(false)
        // A ping per acquire would be a round trip per transaction (anchors-realtime.md §A4); one after a second of
        // idleness costs nobody anything, and is how connections that a restart of the database killed are noticed.
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                // FULL: a power cut must not take back a round that the kitchen already saw.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(LOCK_TIMEOUT_SECONDS))
                .foreign_keys(true)
        })
        .map_sqlx_postgres_opts(|postgres| {
            postgres.options([
                ("lock_timeout", format!("{LOCK_TIMEOUT_SECONDS}s")),
                ("statement_timeout", format!("{STATEMENT_TIMEOUT_SECONDS}s")),
                ("idle_in_transaction_session_timeout", "30s".to_owned()),
            ])
        });
    options
}
