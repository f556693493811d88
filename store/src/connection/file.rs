//! The SQLite file that was opened, and whether it is still the one that the next start will open.
//!
//! A file that is deleted or renamed while it is open goes on working: every commit succeeds, into a file that nobody will
//! ever open again. The same is true of the write-ahead log beside it. A file that another program writes over
//! (`cp backup.db comanda.db`) keeps its identity but not its content, and is found out by a mark ([`DatabaseFile::holds`]).

use sea_orm::DbErr;
use std::{
    fs::{self, File, Metadata},
    io::{self, Read, Seek, SeekFrom},
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
    log: PathBuf,
    /// Of the database itself.
    identity: Identity,
    /// Of its write-ahead log, from the first look at which there was one.
    log_identity: OnceLock<Identity>,
    /// Another program wrote over the content. There is no way back but a restart.
    overwritten: AtomicBool,
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
        // SQLite puts the log beside the file that a link leads to.
        let mut log = fs::canonicalize(path)?.into_os_string();
        log.push("-wal");
        let file = Self {
            path: path.to_owned(),
            log: log.into(),
            identity: Identity::of(&fs::metadata(path)?),
            log_identity: OnceLock::new(),
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
        // The log is made by the first write and stays as long as a connection is open, and one always is.
        let log = fs::metadata(&self.log).ok().map(|log| Identity::of(&log));
        match (self.log_identity.get(), log) {
            (None, None) => Ok(()),
            (None, Some(log)) => {
                self.log_identity.get_or_init(|| log);
                Ok(())
            }
            (Some(known), Some(log)) if *known == log => Ok(()),
            (Some(_), _) => Err(gone("the database's write-ahead log was deleted or replaced: restart the server")),
        }
    }

    /// Notes for good that the content is not ours any more.
    pub(crate) fn mark_overwritten(&self) {
        self.overwritten.store(true, Ordering::Relaxed);
    }

    /// Whether page `page` of the file, counted from 1, holds `mark`, read past SQLite from the file itself.
    ///
    /// # Errors
    /// The page cannot be read.
    pub(crate) fn holds(&self, mark: &str, page: u64, page_size: u64) -> io::Result<bool> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(page.saturating_sub(1) * page_size))?;
        let mut content = Vec::new();
        file.take(page_size).read_to_end(&mut content)?;
        Ok(content.windows(mark.len()).any(|window| window == mark.as_bytes()))
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

impl Identity {
    #[cfg(unix)]
    fn of(file: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self(file.dev(), file.ino())
    }

    /// Elsewhere an open file can be neither deleted nor replaced.
    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Self {
        Self(0, 0)
    }
}

fn gone(why: &str) -> DbErr {
    DbErr::Custom(why.to_owned())
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
    fn a_mark_is_found_on_its_page_alone() {
        let (_folder, _, file) = file("........mark....");
        assert!(file.holds("mark", 2, 8).unwrap());
        assert!(!file.holds("mark", 1, 8).unwrap());
        assert!(!file.holds("mark", 9, 8).unwrap());
        file.mark_overwritten();
        assert!(file.check().unwrap_err().to_string().contains("wrote over"));
    }
}
