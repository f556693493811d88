//! A copy of a SQLite file while the house is served.
//!
//! `VACUUM INTO` reads one instant of the database, its write-ahead log included, and keeps nobody from writing. The
//! log grows meanwhile, for what is read must stay. Whoever copies the file itself loses the rounds that are only in
//! its log.

use super::count::{self, Rows};
use crate::{
    connection,
    database::Location,
    error::{Error, Result},
    schema_version::newest,
    sql::sql,
    start_error::StartError,
    unit_of_work::{all, run},
};
use sea_orm::{
    DatabaseConnection, DbErr, FromQueryResult,
    sqlx::{ConnectOptions, sqlite::SqliteConnectOptions},
};
use std::path::Path;

/// What was found in a copy of a SQLite file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCopy {
    /// The name of its last migration.
    pub schema: String,
    /// The rows of each table.
    pub rows: Rows,
}

#[derive(FromQueryResult)]
struct Said {
    integrity_check: String,
}

#[derive(FromQueryResult)]
struct Orphan {
    table: String,
}

impl FileCopy {
    /// Copies the SQLite file `of` into a new file at `to`, as it is at this instant.
    ///
    /// # Errors
    /// There is no such file, it cannot be read, or there is no room for the copy.
    pub async fn make(of: &Path, to: &Path) -> Result<(), StartError> {
        let connection = super::open_alone(&Location::Sqlite(of.to_owned())).await?;
        let sql = sql!(unscoped("the whole database is copied for a backup"), "#pg()#sqlite(vacuum into $1)");
        let copied = run(&connection, sql, [to.display().to_string().into()]).await;
        let closed = connection.close().await;
        copied?;
        Ok(closed.map_err(Error::from)?)
    }

    /// Opens the copy at `path` and has SQLite look at every page, index and foreign key of it. Changes nothing.
    ///
    /// # Errors
    /// It is damaged, or no database of Comanda.
    pub async fn examine(path: &Path) -> Result<Self, StartError> {
        let options = SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging();
        let connection = connection::sqlite_pool(options, 1).await?;
        let found = look(&connection).await;
        let closed = connection.close().await;
        let found = found?;
        closed.map_err(Error::from)?;
        Ok(found)
    }
}

async fn look(connection: &DatabaseConnection) -> Result<FileCopy, StartError> {
    let whole = sql!(unscoped("the whole copy is looked at"), "#pg()#sqlite(pragma integrity_check)");
    let said: Vec<Said> = all(connection, whole, []).await?;
    let wrong = said.iter().map(|line| line.integrity_check.as_str()).find(|line| *line != "ok");
    let linked = sql!(unscoped("the whole copy is looked at"), "#pg()#sqlite(pragma foreign_key_check)");
    let orphans: Vec<Orphan> = all(connection, linked, []).await?;
    if let Some(wrong) = wrong {
        return Err(damaged(&format!("its integrity check says: {wrong}")));
    }
    if let Some(orphan) = orphans.first() {
        return Err(damaged(&format!("a row of {} points to none", orphan.table)));
    }
    let schema = newest(connection).await?.ok_or_else(|| damaged("it has no schema of Comanda"))?;
    Ok(FileCopy { schema, rows: count::rows(connection).await? })
}

fn damaged(why: &str) -> StartError {
    StartError::from(DbErr::Custom(format!("the copy of the database is not sound: {why}")))
}
