//! One transaction in the making: what an operation may do with it, and what a lock is worth as a type.

use chrono::{DateTime, Utc};
use domain::{
    BranchId, SessionId,
    event::{Actor, Draft, Event, Place},
};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, QueryResult, Statement, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    audit::Note,
    business_day::Customs,
    connection::Transaction,
    error::Result,
    idempotency::{Kept, claim::Claiming},
    last::Last,
    queue::Queue,
    sql::Text,
};

/// A row that this transaction holds `FOR UPDATE` (on SQLite: under the only writer's transaction). Whatever changes
/// the row asks for this, so a change without the lock does not compile (I5). Only `store` makes one.
#[derive(Clone, Debug)]
pub struct Locked<T>(T);

impl<T> Locked<T> {
    pub(crate) const fn new(row: T) -> Self {
        Self(row)
    }
}

impl<T> Deref for Locked<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// A transaction's handle. It hides the connection: outside `store`, no statement can be run on it.
#[derive(Clone, Debug)]
pub struct UnitOfWork(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tx: Transaction,
    drafts: Mutex<Vec<Draft>>,
    notes: Mutex<Vec<Note>>,
    unsettled: Mutex<BTreeMap<SessionId, &'static str>>,
    woken: Mutex<BTreeSet<&'static str>>,
    claiming: Mutex<Claiming>,
    kept: Mutex<Option<Kept>>,
    customs: Mutex<BTreeMap<BranchId, Customs>>,
    now: DateTime<Utc>,
}

/// A session whose check does not yet say what the writes of this transaction made of the debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owing {
    /// The session.
    pub session: SessionId,
    /// What changed, as the ledger names it.
    pub cause: &'static str,
}

/// What a transaction leaves to be done at its end.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) tx: Transaction,
    /// Audit notes, events and the kept answer.
    pub(crate) last: Last,
    /// The queues that something was put into.
    pub(crate) woken: BTreeSet<&'static str>,
}

impl UnitOfWork {
    pub(crate) fn new(tx: Transaction, now: DateTime<Utc>) -> Self {
        let (drafts, notes, unsettled) = (Mutex::default(), Mutex::default(), Mutex::default());
        let (claiming, kept) = (Mutex::default(), Mutex::default());
        let (woken, customs) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { tx, drafts, notes, unsettled, woken, claiming, kept, customs, now }))
    }

    /// Gives the transaction back, with what is to be written last and whom its commit wakes, unless a clone is still
    /// alive somewhere.
    pub(crate) fn into_parts(self) -> Option<Parts> {
        let inner = Arc::into_inner(self.0)?;
        let last = Last {
            notes: inner.notes.into_inner().unwrap_or_else(PoisonError::into_inner),
            answer: inner.kept.into_inner().unwrap_or_else(PoisonError::into_inner),
            drafts: inner.drafts.into_inner().unwrap_or_else(PoisonError::into_inner),
            now: inner.now,
        };
        let woken = inner.woken.into_inner().unwrap_or_else(PoisonError::into_inner);
        Some(Parts { tx: inner.tx, last, woken })
    }

    /// The instant of this transaction: every row and event of it carries the same.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.now
    }

    /// What this transaction has learnt of branches so far.
    pub(crate) fn customs(&self) -> MutexGuard<'_, BTreeMap<BranchId, Customs>> {
        self.0.customs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the branch what happened. The event is numbered and logged when the operation has returned, in the same
    /// transaction, so that the branch's counter is locked last and shortest (I2).
    pub fn emit(&self, place: Place, actor: Actor, event: Event) {
        self.0.drafts.lock().unwrap_or_else(PoisonError::into_inner).push(Draft { event, place, actor });
    }

    /// Marks the session: its check must be settled before the commit, or there is none (design.md §6).
    pub(crate) fn owes_differently(&self, session: SessionId, cause: &'static str) {
        self.0.unsettled.lock().unwrap_or_else(PoisonError::into_inner).insert(session, cause);
    }

    /// The sessions whose checks are to be settled yet.
    #[must_use]
    pub fn unsettled(&self) -> Vec<Owing> {
        let unsettled = self.0.unsettled.lock().unwrap_or_else(PoisonError::into_inner);
        unsettled.iter().map(|(session, cause)| Owing { session: *session, cause }).collect()
    }

    /// The session's check was settled, or it has none.
    pub fn settled(&self, session: SessionId) {
        self.0.unsettled.lock().unwrap_or_else(PoisonError::into_inner).remove(&session);
    }

    /// Whoever works off the queue in this process is woken by the commit.
    pub(crate) fn wakes_up(&self, queue: &Queue) {
        self.0.woken.lock().unwrap_or_else(PoisonError::into_inner).insert(queue.name);
    }

    pub(crate) fn note(&self, note: Note) {
        self.0.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }

    pub(crate) fn keep(&self, answer: Kept) {
        *self.0.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    }

    pub(crate) fn claiming(&self) -> MutexGuard<'_, Claiming> {
        self.0.claiming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tx(&self) -> &Transaction {
        &self.0.tx
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.0.tx.get_database_backend()
    }

    /// Runs a SELECT or `… returning`, at most one row.
    pub(crate) async fn one<T: FromQueryResult>(
        &self,
        sql: &(impl Text + ?Sized),
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Option<T>> {
        one(self.tx(), sql, values).await
    }

    /// Runs a SELECT or `… returning`.
    pub(crate) async fn all<T: FromQueryResult>(
        &self,
        sql: &(impl Text + ?Sized),
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<T>> {
        all(self.tx(), sql, values).await
    }

    /// Runs a statement and tells how many rows it changed.
    pub(crate) async fn run(&self, sql: &(impl Text + ?Sized), values: impl IntoIterator<Item = Value>) -> Result<u64> {
        run(self.tx(), sql, values).await
    }
}

/// A registered text with its values: the one place where SQL becomes a statement.
fn statement(
    connection: &impl ConnectionTrait,
    sql: &(impl Text + ?Sized),
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    let backend = connection.get_database_backend();
    Statement::from_sql_and_values(backend, sql.text(backend), values)
}

/// Says which statement the database refused; the error itself goes on.
fn refused<T>(sql: &(impl Text + ?Sized), result: Result<T, DbErr>) -> Result<T, DbErr> {
    result.inspect_err(|error| tracing::debug!(statement = sql.place(), %error, "a statement failed"))
}

/// [`UnitOfWork::one`] for any connection.
pub(crate) async fn one<T: FromQueryResult>(
    connection: &impl ConnectionTrait,
    sql: &(impl Text + ?Sized),
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<T>> {
    let row = refused(sql, connection.query_one_raw(statement(connection, sql, values)).await)?;
    Ok(row.map(|row| T::from_query_result(&row, "")).transpose()?)
}

/// [`UnitOfWork::all`] for any connection.
pub(crate) async fn all<T: FromQueryResult>(
    connection: &impl ConnectionTrait,
    sql: &(impl Text + ?Sized),
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<T>> {
    let rows = rows(connection, sql, values).await?;
    rows.iter().map(|row| T::from_query_result(row, "").map_err(Into::into)).collect()
}

/// [`all`], each row to be read by the caller.
pub(crate) async fn rows(
    connection: &impl ConnectionTrait,
    sql: &(impl Text + ?Sized),
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>> {
    Ok(refused(sql, connection.query_all_raw(statement(connection, sql, values)).await)?)
}

/// [`UnitOfWork::run`] for any connection.
pub(crate) async fn run(
    connection: &impl ConnectionTrait,
    sql: &(impl Text + ?Sized),
    values: impl IntoIterator<Item = Value>,
) -> Result<u64> {
    Ok(refused(sql, connection.execute_raw(statement(connection, sql, values)).await)?.rows_affected())
}
