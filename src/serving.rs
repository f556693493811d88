//! One server a SQLite file: whoever serves it holds a lock beside it, which ends with the process however it ends.

use crate::console::Failure;
use runtime::{DatabaseTarget, Settings};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

/// Holds the database for this server, to the end of what is returned; nothing with PostgreSQL, which several serve.
///
/// # Errors
/// Another server has it: events go through the process, so neither's screens would hear of the other's orders.
/// Commands that do one thing and end ask for nothing of this.
pub(crate) fn hold(settings: &Settings) -> Result<Option<File>, Failure> {
    let DatabaseTarget::Sqlite(database) = &settings.database else { return Ok(None) };
    let path = beside(database);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = opened.map_err(|error| format!("{}: {error}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(format!(
            "another Comanda serves {}: stop that one first, or give this one a COMANDA_DATA_DIR of its own. Several \
             processes serve one restaurant over PostgreSQL and Redis",
            database.display()
        )
        .into()),
        // A file system without locks.
        Err(TryLockError::Error(error)) => {
            tracing::warn!(file = %path.display(), %error, "nobody can see whether another Comanda serves this database");
            Ok(Some(file))
        }
    }
}

/// The file that is locked: the database's name with an ending of its own.
fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-serving");
    name.into()
}
