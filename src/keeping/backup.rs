//! Makes a backup and proves it.
//!
//! The database's copy is of one instant. The pictures are read after it: a picture is stored before the row that names
//! it and never changed, so every picture of that instant is there.

use super::{
    archive::{self, Source},
    manifest::{Engine, FORMAT, Manifest, PicturePlace, fingerprints},
    postgres,
    seal::{self, Out},
};
use crate::{console::Failure, process::Process};
use chrono::{DateTime, Utc};
use runtime::{DatabaseTarget, PictureTarget};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fs::{self, File},
    io::{self, BufWriter},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use store::{FileCopy, LastBackup, Rows, Snapshot};
use tempfile::NamedTempFile;

/// What is not yet a backup is called so.
const DRAFT: &str = ".comanda-backup-";
/// A draft that is older was left behind by a process that was killed.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 3600);
/// What a backup's name begins and ends with; the instant is between them.
const BEGINNING: &str = "comanda-";
const PLAIN: &str = ".tar.gz";
const SEALED: &str = ".tar.gz.sealed";

/// Makes a backup in the directory `to` and says what it is.
pub(super) async fn make(process: &Process, to: &Path, secret: Option<&SecretString>) -> Result<String, Failure> {
    prepare(to).map_err(|error| format!("--to is `{}`: {error}", to.display()))?;
    let scratch = tempfile::Builder::new().prefix(DRAFT).tempdir_in(to)?;
    let taken_at = process.db.clock().now();
    let (engine, file) = engine(process, scratch.path());
    let (schema, rows) = copy(process, &file).await?;
    let (pictures, mut sources) = pictures(process)?;
    sources.insert(0, (engine.file().to_owned(), file));
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema,
        taken_at,
        database: engine,
        pictures,
        rows,
        secrets: fingerprints(&process.settings),
        files: Vec::new(),
    };
    let (place, key) = (to.join(name(taken_at, secret.is_some())), secret.cloned());
    let written = tokio::task::spawn_blocking(move || write(manifest, &sources, &place, key.as_ref()));
    let (place, bytes) = written.await??;
    let noted = process.db.note_backup(LastBackup { taken_at, bytes: i64::try_from(bytes)? }).await;
    let mut said = format!("{} ({bytes} bytes) has everything up to {}.", place.display(), taken_at.to_rfc3339());
    if let Err(error) = noted {
        // It stands: a schema from before an update has no place for the note, and a standby takes none.
        said.push_str(&format!("\n  Its age is not measured, for it could not be noted: {error}"));
    }
    Ok(said)
}

/// Deletes the oldest backups of the directory but `keep`.
pub(super) fn forget(directory: &Path, keep: Option<u32>) -> Result<(), Failure> {
    let Some(keep) = keep else { return Ok(()) };
    let mut backups = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_backup) {
            backups.push(entry.path());
        }
    }
    // The names rise with time.
    backups.sort();
    let old = backups.len().saturating_sub(keep as usize);
    backups.iter().take(old).try_for_each(fs::remove_file)?;
    Ok(())
}

fn is_backup(name: &str) -> bool {
    let instant = name.strip_suffix(SEALED).or_else(|| name.strip_suffix(PLAIN));
    instant.and_then(|name| name.strip_prefix(BEGINNING)).is_some_and(|instant| {
        instant.len() == 16 && instant.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'T' | b'Z'))
    })
}

fn name(taken_at: DateTime<Utc>, is_sealed: bool) -> String {
    format!("{BEGINNING}{}{}", taken_at.format("%Y%m%dT%H%M%SZ"), if is_sealed { SEALED } else { PLAIN })
}

/// Makes the directory, and clears what a killed process left in it.
fn prepare(to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        let is_draft = entry.file_name().to_str().is_some_and(|name| name.starts_with(DRAFT));
        let about = entry.metadata()?;
        let age = SystemTime::now().duration_since(about.modified()?).unwrap_or_default();
        if is_draft && age > LEFT_BEHIND {
            if about.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
        }
    }
    Ok(())
}

fn engine(process: &Process, scratch: &Path) -> (Engine, PathBuf) {
    let engine = match process.settings.database {
        DatabaseTarget::Sqlite(_) => Engine::Sqlite,
        DatabaseTarget::Postgres(_) => Engine::Postgres,
    };
    (engine, scratch.join(engine.file()))
}

/// Copies the database into `file` and reads the copy again: the last migration and the rows of each table.
async fn copy(process: &Process, file: &Path) -> Result<(String, Rows), Failure> {
    match &process.settings.database {
        DatabaseTarget::Sqlite(path) => {
            FileCopy::make(path, file).await?;
            let found = FileCopy::examine(file).await?;
            Ok((found.schema, found.rows))
        }
        DatabaseTarget::Postgres(url) => {
            let url = url.expose_secret();
            let snapshot = Snapshot::take(url).await?;
            let schema = snapshot.schema().await?.ok_or("there is no schema of Comanda in the database")?;
            let rows = snapshot.rows().await?;
            postgres::dump(url, snapshot.id(), file).await?;
            snapshot.release().await?;
            postgres::read(file).await?;
            Ok((schema, rows))
        }
    }
}

/// The pictures of a directory; those of a bucket stay there.
fn pictures(process: &Process) -> Result<(PicturePlace, Vec<Source>), Failure> {
    let PictureTarget::Directory(folder) = &process.settings.pictures else {
        return Ok((PicturePlace::Bucket, Vec::new()));
    };
    let mut found = Vec::new();
    if folder.try_exists()? {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // A name with a dot in front is a picture that is not whole yet.
            if let Some(name) = entry.file_name().to_str().filter(|name| !name.starts_with('.'))
                && entry.file_type()?.is_file()
            {
                found.push((format!("pictures/{name}"), entry.path()));
            }
        }
    }
    found.sort();
    Ok((PicturePlace::Here, found))
}

/// Writes the archive, proves it, and only then gives it its name.
fn write(
    mut manifest: Manifest,
    sources: &[Source],
    place: &Path,
    secret: Option<&SecretString>,
) -> Result<(PathBuf, u64), Failure> {
    manifest.files = sources.iter().map(archive::content).collect::<io::Result<_>>()?;
    let directory = place.parent().unwrap_or(Path::new("."));
    let draft: NamedTempFile = tempfile::Builder::new().prefix(DRAFT).tempfile_in(directory)?;
    let out = Out::new(BufWriter::new(draft.reopen()?), secret)?;
    let file =
        archive::write(out, &manifest, sources)?.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    if seal::read(draft.path(), secret, None)? != manifest {
        return Err("the backup is not what was written: the disk cannot be trusted".into());
    }
    let bytes = file.metadata()?.len();
    draft.persist_noclobber(place).map_err(|error| format!("{}: {}", place.display(), error.error))?;
    // The name itself is a change of the directory.
    File::open(directory)?.sync_all()?;
    Ok((place.to_owned(), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_oldest_backups_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let old = name(DateTime::UNIX_EPOCH, false);
        let newer = name(DateTime::UNIX_EPOCH + chrono::TimeDelta::days(1), true);
        let others = ["comanda.db", "comanda-20261130.tar.gz", ".comanda-backup-x", "notes-20261130T000000Z.tar.gz"];
        for name in others.iter().copied().chain([old.as_str(), newer.as_str()]) {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        forget(folder.path(), None).unwrap();
        assert!(folder.path().join(&old).exists());
        forget(folder.path(), Some(1)).unwrap();
        assert!(!folder.path().join(&old).exists());
        assert!(others.iter().copied().chain([newer.as_str()]).all(|name| folder.path().join(name).exists()));
    }
}
