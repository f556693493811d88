//! How many rows each table has, by the registry of tables: what a manifest says, and what a copy must have.

use crate::{
    database::Database,
    error::Result,
    registry::kept_tables,
    sql::{BuiltSql, Sql, built_sql, sql},
    unit_of_work::{all, one},
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use std::collections::BTreeMap;

/// Tables with their numbers of rows.
pub type Rows = BTreeMap<String, i64>;

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

#[derive(FromQueryResult)]
struct Name {
    name: String,
}

static PRESENT: &Sql = sql!(
    unscoped("the rows of all businesses, counted for a backup"),
    "#pg(select tablename::text as name from pg_tables where schemaname = current_schema())
    #sqlite(select name from sqlite_master where type = 'table')"
);

fn text(table: &str) -> BuiltSql {
    built_sql!(
        unscoped("the rows of all businesses, counted for a backup"),
        name: &str = table,
        in kept_tables().map(|table| table.name),
        format!("select count(*) as count from {name}")
    )
}

/// Counts the rows of every table that is kept, as `connection` sees them. An older schema lacks some.
pub(super) async fn rows(connection: &impl ConnectionTrait) -> Result<Rows> {
    let present: Vec<Name> = all(connection, PRESENT, []).await?;
    let mut rows = Rows::new();
    for table in kept_tables().filter(|table| present.iter().any(|found| found.name == table.name)) {
        let count: Option<Count> = one(connection, &text(table.name), []).await?;
        rows.insert(table.name.to_owned(), count.map_or(0, |found| found.count));
    }
    Ok(rows)
}

impl Database {
    /// Whether there is any table, ours or somebody else's.
    ///
    /// # Errors
    /// The database failed.
    pub async fn holds_tables(&self) -> Result<bool> {
        Ok(!all::<Name>(self.reader(), PRESENT, []).await?.is_empty())
    }

    /// The rows of each table.
    ///
    /// # Errors
    /// The database failed.
    pub async fn rows(&self) -> Result<Rows> {
        rows(self.reader()).await
    }
}
