//! The SQLite file that was opened, and whether it is still the one that the next start will open.
//!
//! A file that is deleted or renamed while it is open goes on working: every commit succeeds, into a file that nobody
//! will ever open again. The same is true of the write-ahead log beside it; and when the log's index (`-shm`) is
//! deleted, later connections share no locks with the earlier ones and lose one another's commits. A file that another
//! program writes over (`cp backup.db comanda.db`) keeps its identity but not its content, and is found out by a mark
//! (`condition`).
//!
//! The file is never opened past SQLite: whoever closes any handle of a file gives up all of the process's POSIX locks
//! on it, SQLite's among them, and the next program that closes the database would think itself the last and delete the
//! log.

use sea_orm::{DbErr, RuntimeErr};
use std::{
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

/// What a path named when the database was opened.
#[derive(Debug)]
pub(crate) struct DatabaseFile {
    path: PathBuf,
    /// Of the database itself.
    identity: Identity,
    /// The write-ahead log and its index.
    companions: [Companion; 2],
    /// Another program wrote over the content. There is no way back but a restart.
    overwritten: AtomicBool,
}

/// A file that SQLite keeps beside the database.
#[derive(Debug)]
struct Companion {
    what: &'static str,
    path: PathBuf,
    /// From the first look at which there was one.
    identity: OnceLock<Identity>,
}

/// Which file it is, whatever it is called: device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity(u64, u64);

impl DatabaseFile {
    /// Remembers the file at `path`, which must be open by now.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn opened(path: &Path) -> io::Result<Self> {
        // SQLite puts them beside the file that a link leads to.
        let real = fs::canonicalize(path)?;
        let file = Self {
            path: path.to_owned(),
            identity: Identity::of(&fs::metadata(path)?),
            companions: [
                Companion::beside(&real, "-wal", "write-ahead log"),
                Companion::beside(&real, "-shm", "index of the write-ahead log"),
            ],
            overwritten: AtomicBool::new(false),
        };
        file.check().map_err(io::Error::other)?;
        Ok(file)
    }

    /// Whether database and log are still those that were opened. A few microseconds, so it is asked before and after
    /// every transaction, and before every read.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub(crate) fn check(&self) -> Result<(), DbErr> {
        if self.overwritten.load(Ordering::Relaxed) {
            return Err(gone(
                "another program wrote over the database file: stop the server, restore the file, start again",
            ));
        }
        match fs::metadata(&self.path) {
            Ok(now) if Identity::of(&now) == self.identity => {}
            Ok(_) => return Err(gone("the database file was replaced by another: put it back or restart the server")),
            Err(_) => return Err(gone("the database file is gone: put it back or restart the server")),
        }
        self.companions.iter().try_for_each(Companion::check)
    }

    /// Notes for good that the content is not ours any more.
    pub(crate) fn mark_overwritten(&self) {
        self.overwritten.store(true, Ordering::Relaxed);
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Free and total bytes of the file system that holds the file, as far as this process may use them.
    ///
    /// # Errors
    /// The file system does not tell.
    pub(crate) fn space(&self) -> io::Result<(u64, u64)> {
        let about = rustix::fs::statvfs(self.path.parent().unwrap_or(&self.path))?;
        Ok((about.f_bavail * about.f_frsize, about.f_blocks * about.f_frsize))
    }
}

impl Companion {
    fn beside(database: &Path, suffix: &str, what: &'static str) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push(suffix);
        Self { what, path: path.into(), identity: OnceLock::new() }
    }

    /// It appears at the first use and stays as long as a connection is open, and one always is.
    fn check(&self) -> Result<(), DbErr> {
        let now = fs::metadata(&self.path).ok().map(|file| Identity::of(&file));
        match (self.identity.get(), now) {
            (None, None) => Ok(()),
            (None, Some(now)) => {
                self.identity.get_or_init(|| now);
                Ok(())
            }
            (Some(known), Some(now)) if *known == now => Ok(()),
            (Some(_), _) => {
                Err(gone(&format!("the database's {} was deleted or replaced: restart the server", self.what)))
            }
        }
    }
}

impl Identity {
    fn of(file: &Metadata) -> Self {
        Self(file.dev(), file.ino())
    }
}

fn gone(why: &str) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &str) -> (tempfile::TempDir, PathBuf, DatabaseFile) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("house.db");
        fs::write(&path, content).unwrap();
        let file = DatabaseFile::opened(&path).unwrap();
        (folder, path, file)
    }

    #[test]
    fn a_file_that_is_moved_away_is_missed_until_it_is_back() {
        let (folder, path, file) = file("one");
        let aside = folder.path().join("aside");
        fs::rename(&path, &aside).unwrap();
        assert!(file.check().unwrap_err().to_string().contains("gone"));
        fs::write(&path, "two").unwrap();
        assert!(file.check().unwrap_err().to_string().contains("replaced"));
        fs::rename(&aside, &path).unwrap();
        file.check().unwrap();
    }

    #[test]
    fn the_log_may_appear_once_and_must_stay() {
        let (folder, _, file) = file("one");
        let log = folder.path().join("house.db-wal");
        file.check().unwrap();
        fs::write(&log, "frames").unwrap();
        file.check().unwrap();
        let aside = folder.path().join("aside");
        fs::rename(&log, &aside).unwrap();
        assert!(file.check().unwrap_err().to_string().contains("write-ahead log"));
        fs::write(&log, "others").unwrap();
        assert!(file.check().is_err());
        fs::rename(&aside, &log).unwrap();
        file.check().unwrap();
    }

    #[test]
    fn a_file_that_was_written_over_stays_so() {
        let (_folder, _, file) = file("one");
        file.mark_overwritten();
        assert!(file.check().unwrap_err().to_string().contains("wrote over"));
    }
}
