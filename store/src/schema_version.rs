//! What the schema of a database is beside what this program knows: which migrations wait, and which are newer.

use crate::{database::Database, start_error::StartError};
use migration::{Migrator, MigratorTrait, is_additive};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use std::collections::BTreeSet;

/// The schema of a database as this program sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// How many migrations it has.
    pub applied: usize,
    /// Those that it lacks, in their order.
    pub pending: Vec<SchemaChange>,
    /// Those that this program does not know, in their order.
    pub newer: Vec<SchemaChange>,
}

/// A migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaChange {
    /// Its name.
    pub name: String,
    /// Whether programs of the release before go on beside it, as the newest program says that knows it.
    pub is_additive: bool,
}

impl Database {
    /// The database's schema. Changes nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn schema(&self) -> Result<Schema, StartError> {
        Schema::of(self.reader()).await
    }
}

impl Schema {
    /// The schema behind that connection.
    pub(crate) async fn of(connection: &impl ConnectionTrait) -> Result<Self, StartError> {
        let applied = listed(connection, "seaql_migrations").await?;
        let additions = listed(connection, "schema_addition").await?;
        let known: Vec<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
        let newer = applied.iter().filter(|name| !known.contains(name));
        let newer = newer.map(|name| SchemaChange { name: name.clone(), is_additive: additions.contains(name) });
        let newer = newer.collect();
        let pending = known.into_iter().filter(|name| !applied.contains(name));
        let pending = pending.map(|name| SchemaChange { is_additive: is_additive(&name), name }).collect();
        Ok(Self { applied: applied.len(), pending, newer })
    }
}

/// Whether this program knows the migration of that name, or is older than the database that has it.
#[must_use]
pub fn knows_schema(migration: &str) -> bool {
    Migrator::migrations().iter().any(|known| known.name() == migration)
}

/// The last migration that the database has.
pub(crate) async fn newest(connection: &impl ConnectionTrait) -> Result<Option<String>, StartError> {
    Ok(listed(connection, "seaql_migrations").await?.pop_last())
}

/// The migrations that a table lists; none where there is no such table.
async fn listed(connection: &impl ConnectionTrait, table: &'static str) -> Result<BTreeSet<String>, DbErr> {
    let backend = connection.get_database_backend();
    let is_there = if backend == DbBackend::Postgres {
        format!("select 1 as seen where to_regclass('{table}') is not null")
    } else {
        format!("select 1 as seen from sqlite_master where type = 'table' and name = '{table}'")
    };
    if connection.query_one_raw(Statement::from_string(backend, is_there)).await?.is_none() {
        return Ok(BTreeSet::new());
    }
    let all = Statement::from_string(backend, format!("select version from {table}"));
    connection.query_all_raw(all).await?.iter().map(|row| row.try_get("", "version")).collect()
}

/// Notes for older programs which of the migrations that were just made only add.
pub(crate) async fn note_additions(connection: &impl ConnectionTrait, made: &[String]) -> Result<(), DbErr> {
    for name in made.iter().filter(|name| is_additive(name)) {
        let note = Statement::from_sql_and_values(
            connection.get_database_backend(),
            "insert into schema_addition (version) values ($1)",
            [name.into()],
        );
        connection.execute_raw(note).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use migration::BASE;
    use sea_orm::Database as Connection;

    #[tokio::test]
    async fn older_programs_are_told_what_only_adds() {
        let connection = Connection::connect("sqlite::memory:").await.unwrap();
        assert_eq!(Schema::of(&connection).await.unwrap().pending.len(), Migrator::migrations().len());
        Migrator::up(&connection, None).await.unwrap();
        let later = "m20991231_000001_tomorrow";
        let notes = format!("insert into seaql_migrations (version, applied_at) values ('{later}', 0)");
        connection.execute_unprepared(&notes).await.unwrap();
        let seen = async || Schema::of(&connection).await.unwrap();
        let newer = |is_additive| vec![SchemaChange { name: later.to_owned(), is_additive }];
        assert_eq!((seen().await.newer, seen().await.pending), (newer(false), vec![]));
        note_additions(&connection, &[BASE.to_owned(), later.to_owned()]).await.unwrap();
        assert_eq!(seen().await.newer, newer(true));
        assert_eq!(listed(&connection, "schema_addition").await.unwrap().len(), 1, "the first release is none");
    }
}
