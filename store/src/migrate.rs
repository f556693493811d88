//! Bringing the schema up to date, on a connection of its own.
//!
//! A migration may rewrite a large table, so the time-outs of a request are not its. Its connection is opened for it
//! and closed after it, whatever became of it (I9), and everything happens in one transaction: a migration that fails
//! leaves nothing behind, and one that met a deadlock begins again.

use crate::{
    connection::{
        self, PATIENCE_MINUTES,
        postgres::{self, Session},
    },
    database::{Database, Location},
    error::{Conflict, Error, Result, code},
    start_error::StartError,
};
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use std::collections::BTreeSet;

/// Tries of one migration, the first included. The older program still serves and takes its locks in another order than
/// a migration takes the tables': each deadlock with it is one transaction of its, so the next try mostly meets none.
const TRIES: u32 = 10;
/// The advisory lock of everybody who migrates this database.
const LOCK: &str = "select pg_advisory_xact_lock(724861001)";

impl Database {
    /// Brings the schema up to date. Safe to call from several processes at once: one migrates, the others wait for it.
    ///
    /// # Errors
    /// The database takes no writes, is of a newer version, or a migration failed, of which nothing is left: why, and
    /// what to do.
    pub async fn migrate(&self) -> Result<(), StartError> {
        // SQLite: who writes in this process waits meanwhile, in turn.
        let turn = self.turn().await?;
        let connection = self.open_for_migration().await?;
        let migrated = bring_up_to_date(&connection).await;
        // Nobody waits for the goodbye of a connection that failed.
        let closed = connection.close().await;
        drop(turn);
        migrated?;
        closed.map_err(Error::from)?;
        Ok(self.check_file()?)
    }

    async fn open_for_migration(&self) -> Result<DatabaseConnection, StartError> {
        match self.location() {
            Location::Sqlite(path) => {
                let options = connection::sqlite_options(path, false).busy_timeout(connection::PATIENCE);
                Ok(connection::sqlite_pool(options, 1).await?)
            }
            Location::Postgres(url) => {
                let server = self.server().cloned().map_or_else(|| postgres::options(url), Ok)?;
                Ok(postgres::pool(server, 1, Session::Migration).await?)
            }
        }
    }
}

/// Looks first and changes nothing where nothing is to be changed, so that an API may run as a role that can only read
/// and write.
async fn bring_up_to_date(connection: &DatabaseConnection) -> Result<(), StartError> {
    if connection.get_database_backend() == DbBackend::Postgres && !postgres::takes_writes(connection).await? {
        return Err(StartError::saying(
            "the database takes no writes: it is a standby, or the role or the database is set to read-only. Name the \
             primary in DATABASE_URL",
        ));
    }
    let applied = applied(connection).await?;
    let known = known();
    if let Some(newer) = applied.difference(&known).max() {
        return Err(StartError::saying(format!(
            "the database's schema is of a newer version of Comanda ({newer}). Start that version, or restore a backup \
             from before the update: there is no way back"
        )));
    }
    let pending = known.len() - applied.len();
    if pending == 0 {
        return Ok(());
    }
    again_after_deadlocks(connection).await.map_err(|error| match &error {
        Error::Database(cause) if code(cause).as_deref() == Some("42501") => StartError::saying(format!(
            "the schema lacks {pending} migrations, and this role may not make them ({cause}). Run `comanda migrate` \
             with the DATABASE_URL of the schema's owner, who needs CREATE; the API itself only reads and writes"
        )),
        _ => error.into(),
    })
}

/// The names of the migrations that the database has. Creates nothing.
pub(crate) async fn applied(connection: &impl ConnectionTrait) -> Result<BTreeSet<String>, StartError> {
    let seen = if connection.get_database_backend() == DbBackend::Postgres {
        "select 1 as seen where to_regclass('seaql_migrations') is not null"
    } else {
        "select 1 as seen from sqlite_master where type = 'table' and name = 'seaql_migrations'"
    };
    let statement = |sql: &str| Statement::from_string(connection.get_database_backend(), sql);
    if connection.query_one_raw(statement(seen)).await?.is_none() {
        return Ok(BTreeSet::new());
    }
    let rows = connection.query_all_raw(statement("select version from seaql_migrations")).await?;
    Ok(rows.iter().map(|row| row.try_get("", "version")).collect::<Result<BTreeSet<String>, DbErr>>()?)
}

/// The names of the migrations that this program knows.
fn known() -> BTreeSet<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// Whether this program knows the migration of that name, or is older than the database that has it.
#[must_use]
pub fn knows_schema(migration: &str) -> bool {
    known().contains(migration)
}

async fn again_after_deadlocks(connection: &DatabaseConnection) -> Result<()> {
    // SQLite has none: who begins to write has everything, and has waited for it long enough.
    let may_meet_some = connection.get_database_backend() == DbBackend::Postgres;
    let mut tries = 1;
    loop {
        match up(connection).await {
            Err(met) if may_meet_some && tries < TRIES && met.conflict() == Some(Conflict::Transient) => {
                tracing::warn!(tries, why = met.with_cause(), "the migration gave way and begins again");
                tries += 1;
            }
            done => return done,
        }
    }
}

async fn up(connection: &DatabaseConnection) -> Result<()> {
    let options = TransactionOptions {
        isolation_level: None,
        access_mode: None,
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
    };
    #[expect(clippy::disallowed_methods, reason = "the schema is no business change: no events, no retry")]
    let tx = connection.begin_with_options(options).await?;
    if connection.get_database_backend() == DbBackend::Postgres {
        // The lock dies with this transaction, whatever happens to us. Only the wait for it is bounded: a long wait for
        // a table's lock is the price of a large table, and ends with the transactions before it.
        // Time-outs of the role, the database or the URL are none of a migration's: they end before the wait begins.
        tx.execute_unprepared(&format!(
            "set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
            set local lock_timeout = '{PATIENCE_MINUTES}min'"
        ))
        .await?;
        tx.execute_unprepared(LOCK).await?;
        tx.execute_unprepared("set local lock_timeout = 0").await?;
    }
    let pending = Migrator::get_pending_migrations(&tx).await?.len();
    if pending > 0 {
        tracing::info!(pending, "the schema is being brought up to date: the start takes as long as that");
    }
    Migrator::up(&tx, None).await?;
    tx.commit().await.map_err(Error::of_commit)
}
