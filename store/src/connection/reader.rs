//! Reads of a single statement each, outside of a transaction, as long as the database is the one that was opened.

use super::{
    DatabaseFile,
    transaction::{count_statement, is_housekeeping},
};
use crate::{condition::Condition, error};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use std::sync::Arc;

/// The pool for reads. It refuses when the SQLite file behind it is gone: an idle connection would go on reading the
/// deleted file, a new one would read whatever lies in its place.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pool: DatabaseConnection,
    file: Option<Arc<DatabaseFile>>,
    /// Hears of each read that failed through no fault of the request.
    condition: Arc<Condition>,
}

impl Reader {
    pub(crate) const fn new(
        pool: DatabaseConnection,
        file: Option<Arc<DatabaseFile>>,
        condition: Arc<Condition>,
    ) -> Self {
        Self { pool, file, condition }
    }

    fn noted<T>(&self, read: Result<T, DbErr>) -> Result<T, DbErr> {
        if let Err(error) = &read
            && let Some(class) = error::class(error)
        {
            Condition::count(class);
            self.condition.refused(Some(error.to_string()));
        }
        read
    }

    /// The pool itself, if the database is still there.
    ///
    /// # Errors
    /// The file is gone, or is another one.
    pub(crate) fn pool(&self) -> Result<&DatabaseConnection, DbErr> {
        self.file.as_deref().map_or(Ok(()), DatabaseFile::check)?;
        Ok(&self.pool)
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        count_statement(is_housekeeping(&statement.sql));
        self.noted(self.pool()?.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        count_statement(is_housekeeping(sql));
        self.noted(self.pool()?.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        count_statement(is_housekeeping(&statement.sql));
        self.noted(self.pool()?.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        count_statement(is_housekeeping(&statement.sql));
        self.noted(self.pool()?.query_all_raw(statement).await)
    }
}
