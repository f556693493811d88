//! A snapshot of PostgreSQL that another program may look through: what `pg_dump --snapshot` dumps is then what we
//! counted.

use super::count::{self, Rows};
use crate::{
    database::Location,
    error::{Error, Result},
    schema_version::newest,
    sql::sql,
    start_error::StartError,
    unit_of_work::{one, run},
};
use sea_orm::{AccessMode, DatabaseConnection, DatabaseTransaction, FromQueryResult, IsolationLevel, TransactionTrait};

/// A transaction that sees one instant for as long as it is held.
#[derive(Debug)]
pub struct Snapshot {
    tx: DatabaseTransaction,
    connection: DatabaseConnection,
    id: String,
}

#[derive(FromQueryResult)]
struct Exported {
    id: String,
}

impl Snapshot {
    /// Takes a snapshot of the PostgreSQL database at `url`.
    ///
    /// # Errors
    /// The server cannot be used, or exports none.
    pub async fn take(url: &str) -> Result<Self, StartError> {
        let connection = super::open_alone(&Location::Postgres(url.to_owned())).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "nothing is changed: a look at one instant, for as long as it takes"
        )]
        let tx = connection
            .begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly))
            .await
            .map_err(Error::from)?;
        // A dump takes as long as it takes, and this transaction waits for it without a word.
        let patient = sql!(
            unscoped("a setting of this transaction"),
            "#pg(set local idle_in_transaction_session_timeout = 0)#sqlite()"
        );
        run(&tx, patient, []).await?;
        let export = sql!(
            unscoped("the whole database is dumped for a backup"),
            "#pg(select pg_export_snapshot() as id)#sqlite()"
        );
        let exported: Option<Exported> = one(&tx, export, []).await?;
        let id = exported.map(|found| found.id).unwrap_or_default();
        Ok(Self { tx, connection, id })
    }

    /// What `pg_dump --snapshot` takes.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name of the last migration in it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn schema(&self) -> Result<Option<String>, StartError> {
        newest(&self.tx).await
    }

    /// The rows of each table in it.
    ///
    /// # Errors
    /// The database failed, or lacks a table of this version.
    pub async fn rows(&self) -> Result<Rows> {
        count::rows(&self.tx).await
    }

    /// Lets go of it.
    ///
    /// # Errors
    /// The connection was lost, so that nobody knows whether the snapshot lasted.
    pub async fn release(self) -> Result<()> {
        self.tx.rollback().await?;
        Ok(self.connection.close().await?)
    }
}
