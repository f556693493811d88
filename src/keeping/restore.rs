//! Makes a house of a backup, where there is none: all of it, or nothing.
//!
//! Everything is unpacked beside its place and proven there. Pictures come first and the database last, by one rename
//! or in one transaction, so that a database that is there is a restored one.

use super::{
    checks,
    key::{KeySource, Use},
    manifest::{Engine, Manifest, PicturePlace, fingerprints},
    postgres, seal,
};
use crate::console::{Failure, print};
use domain::{Clock, SystemClock};
use runtime::{Bus, DatabaseTarget, PictureTarget, Settings};
use secrecy::ExposeSecret;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};
use store::{Database, FileCopy, Location, Rows, knows_schema, revival_script};
use tempfile::{TempDir, TempPath};

/// Database connections of a restore.
const POOL: u32 = 2;

/// What to restore.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Restore {
    /// The backup.
    #[arg(value_name = "FILE")]
    from: PathBuf,
    #[command(flatten)]
    key: KeySource,
}

/// `comanda restore`
pub(crate) async fn restore(settings: Settings, asked: Restore) -> Result<(), Failure> {
    let secret = asked.key.secret(Use::Open)?;
    let place = Place::of(&settings);
    place.refuse_filled().await?;
    fs::create_dir_all(&settings.data_dir)?;
    let scratch = tempfile::Builder::new().prefix(".comanda-restore-").tempdir_in(place.beside(&settings))?;
    let folder = scratch.path().to_owned();
    let unpack = tokio::task::spawn_blocking(move || seal::read(&asked.from, secret.as_ref(), Some(&folder)));
    let manifest = unpack.await??;
    place.refuse_unfit(&manifest)?;
    let added = add_pictures(&settings, &scratch)?;
    let found = match place.put(&manifest, &scratch).await {
        Ok(found) => found,
        Err(error) => {
            added.iter().for_each(|picture| drop(fs::remove_file(picture)));
            return Err(error);
        }
    };
    tell(&settings, &manifest)?;
    if found.is_empty() {
        return Ok(());
    }
    let found = found.join("\n  - ");
    Err(format!("the house is restored as it was backed up, and was not sound then:\n  - {found}").into())
}

/// Where the house will be.
enum Place {
    File(PathBuf),
    Server(String),
}

impl Place {
    fn of(settings: &Settings) -> Self {
        match &settings.database {
            DatabaseTarget::Sqlite(path) => Self::File(path.clone()),
            DatabaseTarget::Postgres(url) => Self::Server(url.expose_secret().to_owned()),
        }
    }

    /// The directory for what is unpacked: a file's own, for a rename does not leave its file system.
    fn beside(&self, settings: &Settings) -> PathBuf {
        let folder = match self {
            Self::File(path) => path.parent().filter(|folder| folder.is_dir()).map(Path::to_owned),
            Self::Server(_) => None,
        };
        folder.unwrap_or_else(|| settings.data_dir.clone())
    }

    async fn refuse_filled(&self) -> Result<(), Failure> {
        match self {
            Self::File(path) => {
                for end in ["", "-wal", "-shm", "-journal"] {
                    let mut file = path.clone().into_os_string();
                    file.push(end);
                    if Path::new(&file).symlink_metadata().is_ok() {
                        let file = Path::new(&file).display();
                        return Err(format!(
                            "there is a database already, {file}: a restore overwrites nothing. Move it away, or name \
                             another COMANDA_DATA_DIR"
                        )
                        .into());
                    }
                }
                Ok(())
            }
            Self::Server(_) => {
                let db = self.open(Path::new("")).await?;
                let holds_tables = db.holds_tables().await;
                db.close().await?;
                match holds_tables? {
                    true => {
                        Err("the database of DATABASE_URL has tables already: a restore overwrites nothing. Create \
                        an empty one with `createdb`, and name it"
                            .into())
                    }
                    false => Ok(()),
                }
            }
        }
    }

    fn refuse_unfit(&self, manifest: &Manifest) -> Result<(), Failure> {
        let here = match self {
            Self::File(_) => Engine::Sqlite,
            Self::Server(_) => Engine::Postgres,
        };
        if manifest.database != here {
            let (its, ours) = (manifest.database.name(), here.name());
            return Err(
                format!("the backup is of {its}, and DATABASE_URL leads to {ours}: name a {its} database").into()
            );
        }
        if !knows_schema(&manifest.schema) {
            let (its, ours) = (&manifest.program, env!("CARGO_PKG_VERSION"));
            return Err(format!(
                "the backup is of a newer Comanda ({its}, schema {}) than this one ({ours}): restore it with that one",
                manifest.schema
            )
            .into());
        }
        Ok(())
    }

    async fn open(&self, file: &Path) -> Result<Database, Failure> {
        let location = match self {
            Self::File(_) => Location::Sqlite(file.to_owned()),
            Self::Server(url) => Location::Postgres(url.clone()),
        };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Ok(Database::connect(&location, POOL, clock, Arc::new(Bus::in_process())).await?)
    }

    /// Puts the database in its place, and tells what is not sound in it.
    async fn put(&self, manifest: &Manifest, scratch: &TempDir) -> Result<Vec<String>, Failure> {
        let file = scratch.path().join(manifest.database.file());
        match self {
            Self::File(target) => put_file(self, manifest, &file, target).await,
            Self::Server(url) => {
                let (rows, life) = (scratch.path().join("rows.sql"), scratch.path().join("life.sql"));
                postgres::script(&file, &rows).await?;
                fs::write(&life, revival_script(SystemClock.now()))?;
                postgres::play(url, [&rows, &life]).await?;
                let db = self.open(&file).await?;
                let found = proven(&db, manifest).await;
                db.close().await?;
                found
            }
        }
    }
}

async fn put_file(place: &Place, manifest: &Manifest, file: &Path, target: &Path) -> Result<Vec<String>, Failure> {
    same_rows(&manifest.rows, &FileCopy::examine(file).await?.rows)?;
    let db = place.open(file).await?;
    let found = match db.revive().await {
        Ok(()) => proven(&db, manifest).await,
        Err(error) => Err(error.into()),
    };
    db.close().await?;
    let found = found?;
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    if Path::new(&log).exists() {
        return Err("the restored database does not close; nothing was put in its place".into());
    }
    File::open(file)?.sync_all()?;
    // Whoever made a database there meanwhile keeps it.
    let placed = TempPath::try_from_path(file)?.persist_noclobber(target);
    placed.map_err(|error| format!("{}: {}; nothing was restored", target.display(), error.error))?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(found)
}

/// Brings the schema up to date and looks at everything.
async fn proven(db: &Database, manifest: &Manifest) -> Result<Vec<String>, Failure> {
    same_rows(&manifest.rows, &db.rows().await?)?;
    db.migrate().await?;
    checks::findings(db).await
}

/// An older schema lacks tables of ours, and ours lacks what is gone.
fn same_rows(wanted: &Rows, found: &Rows) -> Result<(), Failure> {
    for (table, rows) in found {
        if let Some(wanted) = wanted.get(table).filter(|wanted| *wanted != rows) {
            return Err(format!("the restored table {table} has {rows} rows, and the backup has {wanted}").into());
        }
    }
    Ok(())
}

/// Adds the pictures of the backup to the directory, and tells which it added: a name is a digest, so one that is there
/// is the same picture.
fn add_pictures(settings: &Settings, scratch: &TempDir) -> Result<Vec<PathBuf>, Failure> {
    let from = scratch.path().join("pictures");
    let PictureTarget::Directory(to) = &settings.pictures else {
        let wanted = "the backup has pictures, and COMANDA_S3_BUCKET keeps them in a bucket: restore without it, or put \
            them there";
        return if from.exists() { Err(wanted.into()) } else { Ok(Vec::new()) };
    };
    let mut added = Vec::new();
    if from.exists() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(&from)? {
            let entry = entry?;
            let place = to.join(entry.file_name());
            if !place.try_exists()? {
                fs::copy(entry.path(), &place)?;
                File::open(&place)?.sync_all()?;
                added.push(place);
            }
        }
        File::open(to)?.sync_all()?;
    }
    Ok(added)
}

fn tell(settings: &Settings, manifest: &Manifest) -> Result<(), Failure> {
    print(&format!("The house is as it was at {}.", manifest.taken_at.to_rfc3339()))?;
    print("  Every client is told to read again, and everybody signs in anew.")?;
    if manifest.pictures == PicturePlace::Bucket {
        print("  Its pictures are in a bucket, and not in the backup: set COMANDA_S3_BUCKET as it was.")?;
    }
    let ours = fingerprints(settings);
    for (name, theirs) in &manifest.secrets {
        if ours.get(name).is_some_and(|ours| ours != theirs) {
            let cost = match name.as_str() {
                "COMANDA_CREDENTIALS_KEY" => "payment accounts and second factors do not open with it",
                _ => "tokens that were given out with the former one are refused",
            };
            print(&format!("  {name} is another one here: {cost}. Set the former one where you have it."))?;
        }
    }
    Ok(())
}
