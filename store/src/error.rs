//! What can go wrong between a rule and the disk, told apart by what the caller can do about it.

use domain::{IllegalTransition, money::MoneyError};
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// A store operation's failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such row within the caller's tenant, or one that another tenant owns: the two look alike on purpose.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The row is the tenant's, but in a branch where the caller has no business.
    #[error("no access to this {0}")]
    Forbidden(&'static str),
    /// A unique constraint spoke: another transaction was faster, or the value is taken.
    #[error("already taken: {0}")]
    Taken(String),
    /// An idempotency key came back with another request (I7).
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A table has more idempotency keys alive than any table needs: somebody fills the disk with them.
    #[error("too many idempotency keys")]
    TooManyKeys,
    /// Staff removed the caller's phone from the session.
    #[error("the phone was removed from the session")]
    Removed,
    /// Another worker has taken the work over, or it was taken out of use: nothing of this transaction may stay.
    #[error("the lease was lost")]
    LeaseLost,
    /// The state does not allow it.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// An amount left the range of [`domain::Cents`].
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// What was looked up before the locks were had is not so any more: run it again.
    #[error("the party is changing tables")]
    Moved,
    /// A lock was not to be had within `lock_timeout`, or five tries all met a conflict. Trying again later may work.
    #[error("the database is busy")]
    Busy,
    /// The database cannot be reached.
    #[error("the database is unavailable")]
    Unavailable(#[source] DbErr),
    /// Anything else: a bug or a broken database.
    #[error("database error")]
    Database(#[source] DbErr),
}

/// Shorthand.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a transaction failed, for the retry loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// Serialization failure, deadlock or SQLITE_BUSY: run it again.
    Transient,
    /// The connection was lost before the commit: run it again on another one.
    Lost,
    /// `lock_timeout` or `statement_timeout` ran out.
    TimedOut,
}

/// The SQLSTATE or SQLite result code behind an error.
fn code(error: &DbErr) -> Option<String> {
    driver(error)?.as_database_error().and_then(|e| e.code()).map(|code| code.into_owned())
}

/// Whether a database error is one that running the transaction again may cure.
pub(crate) fn conflict(error: &DbErr) -> Option<Conflict> {
    // The server rolls back what a lost connection left: a pool full of dead ones after a restart is nobody's failure.
    if is_broken(error) {
        return Some(Conflict::Lost);
    }
    match code(error)?.as_str() {
        // PostgreSQL: serialization_failure, deadlock_detected. SQLite: BUSY (plain, RECOVERY, SNAPSHOT, TIMEOUT),
        // LOCKED.
        "40001" | "40P01" | "5" | "261" | "517" | "773" | "6" | "262" => Some(Conflict::Transient),
        // PostgreSQL: lock_not_available, query_canceled.
        "55P03" | "57014" => Some(Conflict::TimedOut),
        _ => None,
    }
}

fn driver(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(e))
        | DbErr::Exec(RuntimeErr::SqlxError(e))
        | DbErr::Query(RuntimeErr::SqlxError(e)) => Some(e),
        _ => None,
    }
}

/// Whether the connection was lost, rather than never had. 57P01-57P03: the server is going down or coming up.
fn is_broken(error: &DbErr) -> bool {
    driver(error).is_some_and(|e| matches!(e, sqlx::Error::Io(_) | sqlx::Error::Protocol(_)))
        || code(error).is_some_and(|code| code.starts_with("57P"))
}

/// Whether the database lives but cannot do its work now: nothing is wrong with the request.
///
/// PostgreSQL: read-only (25006), insufficient resources (class 53), system error (class 58), data corrupted (XX001,
/// XX002). SQLite, by primary result code: NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB. A
/// SQLSTATE has five characters, a result code of SQLite four at most.
fn is_out_of_order(error: &DbErr) -> bool {
    let Some(code) = code(error) else { return false };
    if code.len() == 5 {
        return code.starts_with("53") || code.starts_with("58") || matches!(&*code, "25006" | "XX001" | "XX002");
    }
    code.parse().is_ok_and(|code: u32| matches!(code & 0xff, 7 | 8 | 10 | 11 | 13 | 14 | 15 | 26))
}

fn is_unreachable(error: &DbErr) -> bool {
    // Internal: there is no driver behind it, the file is not the one that was opened.
    matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(RuntimeErr::Internal(_)))
        || is_broken(error)
        || is_out_of_order(error)
        || driver(error).is_some_and(|e| {
            matches!(e, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed)
        })
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(name)) = error.sql_err() {
            return Self::Taken(name);
        }
        if is_unreachable(&error) {
            return Self::Unavailable(error);
        }
        Self::Database(error)
    }
}

impl Error {
    /// A failed COMMIT. When the connection broke, nobody knows whether it happened: that must not be run again here,
    /// only by a client that says by its key that it is the same request.
    pub(crate) fn of_commit(error: DbErr) -> Self {
        if is_broken(&error) {
            return Self::Unavailable(DbErr::Custom(format!("the connection broke during the commit: {error}")));
        }
        error.into()
    }

    /// What happened with what caused it, for logs and health reports.
    pub(crate) fn with_cause(&self) -> String {
        match self {
            Self::Unavailable(DbErr::Custom(why) | DbErr::Conn(RuntimeErr::Internal(why))) => why.clone(),
            Self::Unavailable(cause) | Self::Database(cause) => format!("{self}: {cause}"),
            other => other.to_string(),
        }
    }

    pub(crate) fn conflict(&self) -> Option<Conflict> {
        match self {
            Self::Database(error) | Self::Unavailable(error) => conflict(error),
            Self::Moved => Some(Conflict::Transient),
            Self::NotFound(_)
            | Self::Forbidden(_)
            | Self::Taken(_)
            | Self::KeyReused
            | Self::TooManyKeys
            | Self::Removed
            | Self::LeaseLost
            | Self::Illegal(_)
            | Self::Money(_)
            | Self::Busy => None,
        }
    }
}

/// An error that may hold a store error: what [`Database::transaction`](crate::Database::transaction) needs to tell a
/// conflict, which it retries, from a refusal, which it passes on.
pub trait HoldsStoreError: From<Error> {
    /// The store error inside, if any.
    fn store_error(&self) -> Option<&Error>;
}

impl HoldsStoreError for Error {
    fn store_error(&self) -> Option<&Error> {
        Some(self)
    }
}
