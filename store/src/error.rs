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
pub(crate) fn code(error: &DbErr) -> Option<String> {
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

pub(crate) fn driver(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(e))
        | DbErr::Exec(RuntimeErr::SqlxError(e))
        | DbErr::Query(RuntimeErr::SqlxError(e)) => Some(e),
        _ => None,
    }
}

/// Whether the connection was lost, rather than never had. Class 08, which poolers answer with: they have lost theirs.
/// 57P01-57P05: the server is going down or coming up. 25P03: a transaction of ours was silent for too long.
fn is_broken(error: &DbErr) -> bool {
    driver(error).is_some_and(|e| matches!(e, sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_)))
        || code(error).is_some_and(|code| code.len() == 5 && is_broken_code(&code))
}

fn is_broken_code(code: &str) -> bool {
    code.starts_with("57P") || code.starts_with("08") || code == "25P03"
}

/// The kind of failure of a database that lives but cannot do its work now, or is not to be had: nothing is wrong with
/// the request, and a repeat may help. The name is the metrics'. `None` is a fault of ours, or a refusal.
pub(crate) fn class(error: &DbErr) -> Option<&'static str> {
    if let Some(code) = code(error) {
        return if code.len() == 5 { class_of_postgres(&code) } else { class_of_sqlite(code.parse().ok()?) };
    }
    match (error, driver(error)) {
        (DbErr::ConnectionAcquire(_), _) | (_, Some(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed)) => {
            Some("no_connection")
        }
        // There is no driver behind it: the file is not the one that was opened.
        (DbErr::Conn(RuntimeErr::Internal(_)), _) => Some("file_gone"),
        (_, Some(sqlx::Error::WorkerCrashed)) => Some("system"),
        _ => is_broken(error).then_some("connection_lost"),
    }
}

/// PostgreSQL, by SQLSTATE.
fn class_of_postgres(code: &str) -> Option<&'static str> {
    Some(match code {
        "25006" => "read_only",
        "25P03" => "idle_transaction",
        "40001" => "serialization",
        "40P01" => "deadlock",
        "53100" => "disk_full",
        "53200" => "out_of_memory",
        "53300" => "too_many_connections",
        "55P03" => "lock_timeout",
        "57014" => "statement_timeout",
        "XX001" | "XX002" => "corrupt",
        // Insufficient resources, of later versions' kinds too; system errors.
        code if code.starts_with("53") => "resources",
        code if code.starts_with("58") => "system",
        code if code.starts_with("57P") => "server_stopping",
        code if is_broken_code(code) => "connection_lost",
        _ => return None,
    })
}

/// SQLite, by primary result code: BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB.
fn class_of_sqlite(code: u32) -> Option<&'static str> {
    Some(match code & 0xff {
        5 | 6 => "busy",
        7 => "out_of_memory",
        8 => "read_only",
        10 | 14 | 15 => "system",
        11 | 26 => "corrupt",
        13 => "disk_full",
        _ => return None,
    })
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(name)) = error.sql_err() {
            return Self::Taken(name);
        }
        if class(&error).is_some() {
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

    /// The kind of failure, where the database cannot do its work now ([`class`]).
    pub(crate) fn class(&self) -> Option<&'static str> {
        match self {
            // Without a driver's word: a commit that broke, a mark that was not found.
            Self::Unavailable(error) => class(error).or(Some("unavailable")),
            Self::Busy => Some("busy"),
            _ => None,
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::connection::query_error;

    /// What a driver says that has read this code.
    #[derive(Debug)]
    pub(crate) struct Said(pub(crate) &'static str);

    impl std::fmt::Display for Said {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl std::error::Error for Said {}

    impl sqlx::error::DatabaseError for Said {
        fn message(&self) -> &str {
            self.0
        }
        fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
            Some(self.0.into())
        }
        fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
            self
        }
        fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
            self
        }
        fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
            self
        }
        fn kind(&self) -> sqlx::error::ErrorKind {
            sqlx::error::ErrorKind::Other
        }
    }

    fn said(code: &'static str) -> Error {
        query_error(sqlx::Error::Database(Box::new(Said(code)))).into()
    }

    #[test]
    fn what_a_repeat_may_cure_is_unavailable_and_has_a_class() {
        for (code, class) in [
            ("25006", "read_only"),
            ("53100", "disk_full"),
            ("53200", "out_of_memory"),
            ("53300", "too_many_connections"),
            ("53400", "resources"),
            ("57P01", "server_stopping"),
            ("57P02", "server_stopping"),
            ("57P03", "server_stopping"),
            ("57P05", "server_stopping"),
            ("25P03", "idle_transaction"),
            ("55P03", "lock_timeout"),
            ("57014", "statement_timeout"),
            ("40001", "serialization"),
            ("40P01", "deadlock"),
            ("08006", "connection_lost"),
            ("08P01", "connection_lost"),
            ("58030", "system"),
            ("XX001", "corrupt"),
            ("5", "busy"),
            ("517", "busy"),
            ("13", "disk_full"),
            ("1032", "read_only"),
            ("778", "system"),
        ] {
            let error = said(code);
            assert!(matches!(error, Error::Unavailable(_)), "{code}: {error:?}");
            assert_eq!(error.class(), Some(class), "{code}");
        }
        // A fault of ours, whatever the number of the fault looks like.
        for code in ["42601", "42P01", "22003", "23514", "42501", "25P02", "1", "787", "20"] {
            let error = said(code);
            assert!(matches!(error, Error::Database(_)), "{code}: {error:?}");
            assert_eq!(error.class(), None, "{code}");
        }
    }

    #[test]
    fn what_is_run_again_is_still_told_apart() {
        for (code, conflict) in [
            ("40001", Some(Conflict::Transient)),
            ("40P01", Some(Conflict::Transient)),
            ("5", Some(Conflict::Transient)),
            ("55P03", Some(Conflict::TimedOut)),
            ("57014", Some(Conflict::TimedOut)),
            ("57P01", Some(Conflict::Lost)),
            ("25P03", Some(Conflict::Lost)),
            ("08006", Some(Conflict::Lost)),
            ("25006", None),
            ("53300", None),
            ("13", None),
            ("42601", None),
        ] {
            assert_eq!(said(code).conflict(), conflict, "{code}");
        }
    }

    #[test]
    fn a_commit_whose_connection_broke_is_not_run_again() {
        for code in ["57P01", "08006", "25P03"] {
            let failed = Error::of_commit(query_error(sqlx::Error::Database(Box::new(Said(code)))));
            assert_eq!((failed.conflict(), failed.class()), (None, Some("unavailable")), "{code}");
        }
    }
}
