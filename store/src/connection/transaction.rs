//! One transaction on one connection: begun, run, and ended so that nobody can mistake how it ended.
//!
//! The statements BEGIN, COMMIT and ROLLBACK are sent as they are, without the driver's count of open transactions:
//! what the database answers is the truth. A transaction in which a statement failed or was abandoned is never
//! committed: PostgreSQL answers the COMMIT of a failed transaction with success and rolls back, and SQLite may have
//! rolled back already, so that what follows would be stored statement by statement.
//!
//! A connection goes back to the pool after a COMMIT or ROLLBACK that the database confirmed. On every other way out it
//! is closed (I9).

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement,
    sqlx::{self, AssertSqlSafe, Executor, Postgres, Sqlite, pool::PoolConnection},
};
use sea_query_sqlx::SqlxValues;
use tokio::sync::{Mutex, MutexGuard, OwnedSemaphorePermit};

/// On whose account a transaction runs. Statements of housekeeping say so in a comment, so that whoever looks at the
/// database, or counts what a request costs, can tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Request,
    Housekeeping,
}

impl Purpose {
    const fn begin(self, backend: DbBackend) -> &'static str {
        match (self, backend) {
            (Self::Request, DbBackend::Sqlite) => "BEGIN IMMEDIATE",
            (Self::Request, _) => "BEGIN",
            (Self::Housekeeping, DbBackend::Sqlite) => "/* housekeeping */ BEGIN IMMEDIATE",
            (Self::Housekeeping, _) => "/* housekeeping */ BEGIN",
        }
    }

    const fn commit(self) -> &'static str {
        match self {
            Self::Request => "COMMIT",
            Self::Housekeeping => "/* housekeeping */ COMMIT",
        }
    }
}

/// Whether a statement's own text says that it is housekeeping's.
pub(super) fn is_housekeeping(sql: &str) -> bool {
    sql.starts_with("/* housekeeping */")
}

/// Counts a statement, requests' apart from those that the process runs by itself: what a request costs can be told on
/// either database.
pub(super) fn count_statement(is_housekeeping: bool) {
    let purpose = if is_housekeeping { "housekeeping" } else { "request" };
    metrics::counter!("database_statements_total", "purpose" => purpose).increment(1);
}

/// A transaction that is open until [`Transaction::commit`], [`Transaction::rollback`] or its drop, which rolls back.
#[derive(Debug)]
pub(crate) struct Transaction {
    backend: DbBackend,
    purpose: Purpose,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    /// Taken by the end of the transaction.
    connection: Option<Pooled>,
    state: State,
    /// The turn of the only writer (SQLite); given back after the end, so that the next one begins after it.
    turn: Option<OwnedSemaphorePermit>,
}

#[derive(Debug)]
enum State {
    /// Every statement so far succeeded.
    Usable,
    /// A statement is being executed. Whoever finds this later finds that its future was dropped: nobody knows what it
    /// did.
    Running,
    /// A statement failed.
    Failed(String),
}

/// A connection of either pool. Dropped without [`Pooled::release`], it is closed.
#[derive(Debug)]
struct Pooled(Option<Either>);

#[derive(Debug)]
enum Either {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Transaction {
    /// Takes a connection from the pool behind `connection` and begins a transaction on it: `BEGIN IMMEDIATE` on
    /// SQLite, which then has no other writer. `turn` is kept until the transaction has ended.
    ///
    /// # Errors
    /// No connection is to be had, or the database refuses to begin; the connection is then closed.
    pub(crate) async fn begin(
        pool: &DatabaseConnection,
        purpose: Purpose,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Result<Self, DbErr> {
        let backend = pool.get_database_backend();
        let connection = if backend == DbBackend::Sqlite {
            pool.get_sqlite_connection_pool().acquire().await.map(Either::Sqlite)
        } else {
            pool.get_postgres_connection_pool().acquire().await.map(Either::Postgres)
        };
        let mut connection = Pooled(Some(connection.map_err(acquire_error)?));
        // SQLite refuses this inside a transaction; the hooks of the pool see to it on PostgreSQL, which only warns.
        connection.send(purpose.begin(backend)).await.map_err(query_error)?;
        let open = Open { connection: Some(connection), state: State::Usable, turn };
        Ok(Self { backend, purpose, open: Mutex::new(open) })
    }

    /// Commits. `Ok` means that the database confirmed it, and nothing less (I10).
    ///
    /// # Errors
    /// A statement had failed or was abandoned, so nothing was committed; or the COMMIT failed.
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        let usable = self.open.lock().await.usable();
        match usable {
            Ok(()) => {
                let commit = self.purpose.commit();
                self.end(commit).await
            }
            Err(refused) => {
                self.rollback().await.ok();
                Err(refused)
            }
        }
    }

    /// Rolls back.
    ///
    /// # Errors
    /// The database did not confirm it. Nothing is left of the transaction all the same: its connection is closed.
    pub(crate) async fn rollback(self) -> Result<(), DbErr> {
        self.end("ROLLBACK").await
    }

    async fn end(self, how: &'static str) -> Result<(), DbErr> {
        let mut open = self.open.lock().await;
        // Until the answer is here: a future that is dropped in the middle leaves a connection that nobody may use.
        open.state = State::Running;
        let connection = open.connection.as_mut().ok_or_else(ended)?;
        let answer = connection.send(how).await;
        let Some(connection) = open.connection.take() else { return Err(ended()) };
        match answer {
            Ok(()) => {
                connection.release();
                Ok(())
            }
            Err(error) => {
                connection.close("end_failed");
                Err(query_error(error))
            }
        }
    }

    /// The connection for one statement, which is marked as running until [`Open::done`].
    async fn statement(&self, sql: &str) -> Result<MutexGuard<'_, Open>, DbErr> {
        count_statement(self.purpose == Purpose::Housekeeping || is_housekeeping(sql));
        let mut open = self.open.lock().await;
        open.usable()?;
        open.state = State::Running;
        Ok(open)
    }
}

/// Nobody ended it: a request was hung up on. It is rolled back in the background, where a statement that still waits
/// for a lock keeps its place in the pool until it has been answered.
impl Drop for Transaction {
    fn drop(&mut self) {
        let open = self.open.get_mut();
        let Some(mut connection) = open.connection.take() else { return };
        let turn = open.turn.take();
        // Between two statements nothing is in doubt; in the middle of one, the connection is not used again.
        let clean = !matches!(open.state, State::Running);
        // Outside of a runtime the process is ending, and its connections with it.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            match connection.send("ROLLBACK").await {
                Ok(()) if clean => connection.release(),
                _ => connection.close("abandoned"),
            }
            drop(turn);
        });
    }
}

impl Open {
    fn usable(&self) -> Result<(), DbErr> {
        match &self.state {
            State::Usable => Ok(()),
            State::Running => Err(DbErr::Custom("a statement of this transaction was abandoned".to_owned())),
            State::Failed(why) => Err(DbErr::Custom(format!("a statement of this transaction failed: {why}"))),
        }
    }

    fn either(&mut self) -> Result<&mut Either, DbErr> {
        self.connection.as_mut().and_then(|connection| connection.0.as_mut()).ok_or_else(ended)
    }

    fn done<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        self.state = match &result {
            Ok(_) => State::Usable,
            Err(error) => State::Failed(error.to_string()),
        };
        result
    }
}

impl Pooled {
    /// Sends a statement that answers no rows.
    async fn send(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        match &mut self.0 {
            Some(Either::Sqlite(connection)) => connection.execute(sql).await.map(drop),
            Some(Either::Postgres(connection)) => connection.execute(sql).await.map(drop),
            None => Err(sqlx::Error::PoolClosed),
        }
    }

    /// Gives the connection back.
    fn release(mut self) {
        drop(self.0.take());
    }

    fn close(self, reason: &'static str) {
        metrics::counter!("database_connections_closed_total", "reason" => reason).increment(1);
        drop(self);
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        match &mut self.0 {
            Some(Either::Sqlite(connection)) => connection.close_on_drop(),
            Some(Either::Postgres(connection)) => connection.close_on_drop(),
            None => {}
        }
    }
}

/// Runs `$run` on whichever connection it is.
macro_rules! on_connection {
    ($open:expr, $statement:expr, |$query:ident, $connection:ident| $run:expr) => {{
        match $open.either()? {
            Either::Sqlite(pooled) => {
                let $query = sqlx::query_with::<Sqlite, _>(AssertSqlSafe($statement.sql), values($statement.values));
                let $connection = &mut **pooled;
                $run
            }
            Either::Postgres(pooled) => {
                let $query = sqlx::query_with::<Postgres, _>(AssertSqlSafe($statement.sql), values($statement.values));
                let $connection = &mut **pooled;
                $run
            }
        }
    }};
}

fn values(values: Option<sea_orm::Values>) -> SqlxValues {
    SqlxValues(values.unwrap_or_else(|| sea_orm::Values(Vec::new())))
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let mut open = self.statement(&statement.sql).await?;
        let result =
            on_connection!(open, statement, |query, connection| query.execute(connection).await.map(ExecResult::from));
        open.done(result).map_err(exec_error)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut open = self.statement(sql).await?;
        let sql = AssertSqlSafe(sql.to_owned());
        let result = match open.either()? {
            Either::Sqlite(connection) => connection.execute(sql).await.map(ExecResult::from),
            Either::Postgres(connection) => connection.execute(sql).await.map(ExecResult::from),
        };
        open.done(result).map_err(exec_error)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let mut open = self.statement(&statement.sql).await?;
        let result = on_connection!(open, statement, |query, connection| query
            .fetch_optional(connection)
            .await
            .map(|row| row.map(QueryResult::from)));
        open.done(result).map_err(query_error)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut open = self.statement(&statement.sql).await?;
        let result = on_connection!(open, statement, |query, connection| query
            .fetch_all(connection)
            .await
            .map(|rows| rows.into_iter().map(QueryResult::from).collect()));
        open.done(result).map_err(query_error)
    }
}

fn ended() -> DbErr {
    DbErr::Custom("the transaction has ended".to_owned())
}

fn acquire_error(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::ConnectionClosed),
        error => super::connection_error(error),
    }
}

fn exec_error(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

pub(crate) fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
