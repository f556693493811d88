//! What a backup and a restore need of the database: a copy that is of one instant, the number of rows in each table,
//! and the beginning of a restored house's second life.

mod copy;
mod count;
mod last;
mod revive;
mod snapshot;
mod transfer;

pub use copy::FileCopy;
pub use count::Rows;
pub use last::LastBackup;
pub use revive::revival_script;
pub use snapshot::Snapshot;
pub use transfer::{Carried, Transfer};

use crate::{
    connection::{
        self,
        postgres::{self, Session},
    },
    database::Location,
    start_error::StartError,
};
use sea_orm::DatabaseConnection;

/// Opens one connection for a long piece of work, without the time-outs of a request, outside of the pool.
async fn open_alone(location: &Location) -> Result<DatabaseConnection, StartError> {
    match location {
        Location::Sqlite(path) => {
            let options = connection::sqlite_options(path, false).busy_timeout(connection::PATIENCE);
            Ok(connection::sqlite_pool(options, 1).await?)
        }
        Location::Postgres(url) => Ok(postgres::pool(postgres::examined(url).await?, 1, Session::Migration).await?),
    }
}
