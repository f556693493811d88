//! Pictures as files. A file is there whole or not at all, also after a power cut: it is written under another name,
//! synced, and only then gets its own.

use crate::{Name, StorageError};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// A directory of this machine, made when the first picture comes.
#[derive(Clone, Debug)]
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) async fn put(&self, name: Name, bytes: Vec<u8>) -> Result<(), StorageError> {
        let folder = self.0.clone();
        Ok(spawn_blocking(move || write(&folder, &name.to_string(), &bytes)).await.map_err(io::Error::other)??)
    }

    pub(crate) async fn get(&self, name: Name) -> Result<Option<Vec<u8>>, StorageError> {
        match tokio::fs::read(self.0.join(name.to_string())).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let place = folder.join(name);
    if place.try_exists()? {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    // Not a name of ours, so that nobody can ask for half a picture.
    let draft = folder.join(format!(".{}.part", Uuid::new_v4().simple()));
    let written = write_synced(&draft, bytes).and_then(|()| fs::rename(&draft, &place));
    if written.is_err() {
        let _gone_or_never_there = fs::remove_file(&draft);
    }
    written?;
    // The name itself is a change of the directory.
    File::open(folder)?.sync_all()
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Format;

    #[tokio::test]
    async fn a_picture_is_whole_or_absent() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::new(place.path().join("deep/images"));
        let name = Name::of(b"picture", Format::Png);
        assert_eq!(directory.get(name).await.unwrap(), None);
        let puts = (0..8).map(|_| {
            let directory = directory.clone();
            tokio::spawn(async move { directory.put(name, b"picture".to_vec()).await })
        });
        for put in puts.collect::<Vec<_>>() {
            put.await.unwrap().unwrap();
        }
        assert_eq!(directory.get(name).await.unwrap().unwrap(), b"picture");
        let left: Vec<_> = fs::read_dir(place.path().join("deep/images")).unwrap().collect();
        assert_eq!(left.len(), 1, "no drafts are left: {left:?}");
    }

    #[tokio::test]
    async fn a_place_that_cannot_be_written_is_an_error() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("file"), "").unwrap();
        let directory = Directory::new(place.path().join("file/images"));
        let name = Name::of(b"picture", Format::Png);
        assert!(matches!(directory.put(name, Vec::new()).await, Err(StorageError::Directory(_))));
    }
}
