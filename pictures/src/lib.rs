//! Uploaded pictures: what comes in is decoded and encoded anew, named by its content, and kept in a directory or a
//! bucket.
//!
//! Nothing of the sender's file is ever served: no metadata (a phone writes where the cook lives into it), no second
//! file behind the picture, no bytes a browser could take for something else. Equal pictures have one name, so an
//! upload may be repeated, and what is under a name never changes: whoever has it need not ask again.

mod bucket;
mod colors;
mod directory;
mod drawing;
mod encode;
mod jpeg;
mod name;
mod prepare;

pub use drawing::drawn;
pub use name::{Format, Name};
pub use prepare::{MAX_BYTES, MAX_PIXELS, MAX_SIDE, Prepared, Unfit, prepare};

use bucket::Bucket;
use directory::Directory;
use runtime::PictureTarget;
use std::{io, sync::Arc};
use tokio::sync::Semaphore;

/// Pictures decoded at once in this process: each may take 200 MiB for a moment, and a core for a second.
const WORKERS: usize = 2;

/// Why a picture was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The sender's fault.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The storage's.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why pictures could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The directory.
    #[error("the pictures' directory: {0}")]
    Directory(#[from] io::Error),
    /// The bucket answered something else than expected, or nothing.
    #[error("the pictures' bucket: {0}")]
    Bucket(String),
}

/// Why the pictures cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The endpoint and the bucket's name give no valid address.
    #[error("COMANDA_S3_ENDPOINT and COMANDA_S3_BUCKET make no address: {0}")]
    Address(String),
    /// No CA certificates on this machine.
    #[error(transparent)]
    Tls(#[from] runtime::tls::TlsError),
    /// The HTTP client cannot be built.
    #[error("the pictures' HTTP client cannot be set up: {0}")]
    Client(String),
}

#[derive(Debug)]
enum Storage {
    Directory(Directory),
    Bucket(Bucket),
}

/// The pictures of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pictures(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    storage: Storage,
    workers: Arc<Semaphore>,
}

/// A picture that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Under which it is found.
    pub name: Name,
    /// In pixels, upright.
    pub width: u32,
    /// In pixels, upright.
    pub height: u32,
    /// Of the file that is served.
    pub bytes: usize,
}

impl Pictures {
    /// Where the settings say.
    ///
    /// # Errors
    /// A bucket that cannot be spoken to.
    pub fn new(target: &PictureTarget) -> Result<Self, SetupError> {
        let storage = match target {
            PictureTarget::Directory(path) => Storage::Directory(Directory::new(path.clone())),
            PictureTarget::Bucket(target) => Storage::Bucket(Bucket::new(target)?),
        };
        Ok(Self(Arc::new(Inner { storage, workers: Arc::new(Semaphore::new(WORKERS)) })))
    }

    /// Takes a file in, whoever says what it is. Waits while others' pictures are decoded.
    ///
    /// # Errors
    /// The file is no picture of ours, or the storage failed; nothing is kept then.
    pub async fn take_in(&self, file: impl AsRef<[u8]> + Send + 'static) -> Result<Kept, Error> {
        let Ok(turn) = Arc::clone(&self.0.workers).acquire_owned().await else { return Err(Unfit::Damaged.into()) };
        // The turn ends with the work, not with a caller who stopped waiting.
        let work = tokio::task::spawn_blocking(move || {
            let prepared = prepare(file.as_ref());
            drop(turn);
            prepared
        });
        // A decoder that panics met a file its authors did not think of.
        let picture = work.await.map_err(|_| Unfit::Damaged)??;
        let kept =
            Kept { name: picture.name, width: picture.width, height: picture.height, bytes: picture.bytes.len() };
        match &self.0.storage {
            Storage::Directory(directory) => directory.put(picture.name, picture.bytes).await?,
            Storage::Bucket(bucket) => bucket.put(picture.name, picture.bytes).await?,
        }
        Ok(kept)
    }

    /// The file of that name, if there is one.
    ///
    /// # Errors
    /// The storage failed.
    pub async fn find(&self, name: Name) -> Result<Option<Vec<u8>>, StorageError> {
        match &self.0.storage {
            Storage::Directory(directory) => directory.get(name).await,
            Storage::Bucket(bucket) => bucket.get(name).await,
        }
    }
}
