//! `comanda move`: the house leaves its SQLite file for PostgreSQL, with every id, and goes on there.

use super::checks;
use crate::{
    console::{Failure, print},
    serving, terminal,
};
use domain::{Clock, SystemClock};
use runtime::{Bus, DatabaseTarget, Settings};
use secrecy::{ExposeSecret, SecretString};
use std::{path::Path, sync::Arc};
use store::{Database, Location, Transfer, kept_tables};

/// Database connections of a move.
const POOL: u32 = 2;

/// Where to.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Move {
    /// The PostgreSQL database to move to: one without rows. An address with a password is better said by the variable,
    /// for `ps` shows arguments.
    #[arg(long, env = "COMANDA_MOVE_TO", hide_env_values = true, value_name = "URL")]
    to: SecretString,
}

/// Moves all of it or nothing, and proves that it is there. The file stays as it was.
pub(crate) async fn carry_over(settings: Settings, asked: Move) -> Result<(), Failure> {
    let DatabaseTarget::Sqlite(file) = &settings.database else {
        return Err("a move is from a SQLite file, and DATABASE_URL names a server: from server to server, `comanda \
            backup` and `comanda restore` do it"
            .into());
    };
    if !file.exists() {
        let file = file.display();
        return Err(format!("there is no database at {file}: name it with COMANDA_DATA_DIR or DATABASE_URL").into());
    }
    let to = asked.to.expose_secret();
    if !to.starts_with("postgres://") && !to.starts_with("postgresql://") {
        return Err("--to is no address of a PostgreSQL server: postgres://user:password@host/name".into());
    }
    let _held = serving::hold(&settings)?;
    for location in [Location::Sqlite(file.clone()), Location::Postgres(to.to_owned())] {
        let db = open(&location).await?;
        db.migrate().await?;
        db.close().await?;
    }
    let rows = carried(file, to).await?;
    let db = open(&Location::Postgres(to.to_owned())).await?;
    let found = checks::findings(&db).await;
    db.close().await?;
    print(&format!(
        "{rows} rows have moved, each as it was. Start the house with DATABASE_URL set to where they are, and \
         REDIS_URL for more than one process.\n  Every client is told to read again, and everybody signs in anew. \
         Secrets and pictures are still in {}; the file there is as it was, and must not be served again.",
        settings.data_dir.display()
    ))?;
    match found?.as_slice() {
        [] => Ok(()),
        found => Err(format!("the house was not sound before it moved:\n  - {}", found.join("\n  - ")).into()),
    }
}

/// Carries every table, says how far it is, and tells how many rows there are.
async fn carried(file: &Path, to: &str) -> Result<u64, Failure> {
    let transfer = Transfer::begin(file, to).await?;
    for table in kept_tables() {
        let rows = transfer.carry(table).await?;
        terminal::say(&format!("{}: {rows} rows", table.name));
    }
    for table in kept_tables() {
        transfer.link(table).await?;
    }
    let mut rows = 0;
    for table in kept_tables() {
        let carried = transfer.prove(table).await?;
        terminal::say(&format!("{}: {} rows, sha256 {}", carried.table, carried.rows, carried.digest));
        rows += carried.rows;
    }
    transfer.finish(SystemClock.now()).await?;
    Ok(rows)
}

async fn open(location: &Location) -> Result<Database, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Ok(Database::connect(location, POOL, clock, Arc::new(Bus::in_process())).await?)
}
