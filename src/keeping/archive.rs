//! The archive: the manifest first, then the files that it lists, as a compressed tar that every machine can unpack.
//!
//! Reading is proving: each file must be there, in its place, with its length and digest, and nothing besides.

use super::manifest::{Content, FORMAT, Manifest};
use crate::console::Failure;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Component, Path, PathBuf},
};

/// The manifest's name.
const MANIFEST: &str = "manifest.json";
/// A longer manifest is none of ours, in bytes.
const LONGEST: u64 = 64 << 20;
/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// A file that goes into an archive: its path there, and where it is.
pub(super) type Source = (String, PathBuf);

/// What the manifest says of a file.
///
/// # Errors
/// It cannot be read.
pub(super) fn content((name, path): &Source) -> io::Result<Content> {
    let (bytes, sha256) = copied(&mut File::open(path)?, &mut io::sink())?;
    Ok(Content { name: name.clone(), bytes, sha256 })
}

/// Writes the archive to `out`.
///
/// # Errors
/// A file cannot be read, or `out` takes no more.
pub(super) fn write<W: Write>(out: W, manifest: &Manifest, sources: &[Source]) -> Result<W, Failure> {
    let mut archive = tar::Builder::new(GzEncoder::new(out, Compression::default()));
    let text = serde_json::to_vec_pretty(manifest)?;
    let stamp = u64::try_from(manifest.taken_at.timestamp()).unwrap_or_default();
    let header = |bytes: u64| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(stamp);
        header
    };
    archive.append_data(&mut header(text.len() as u64), MANIFEST, text.as_slice())?;
    for (content, (name, path)) in manifest.files.iter().zip(sources) {
        archive.append_data(&mut header(content.bytes), name, File::open(path)?.take(content.bytes))?;
    }
    Ok(archive.into_inner()?.finish()?)
}

/// Reads an archive to its end and proves every file of it; unpacks them into the directory `into` where there is one.
///
/// # Errors
/// It is no backup, not a whole one, or was changed; or there is no room.
pub(super) fn read(input: impl Read, into: Option<&Path>) -> Result<Manifest, Failure> {
    let mut archive = tar::Archive::new(GzDecoder::new(input));
    let manifest = unpacked(&mut archive, into)?;
    // What follows the last file proves that nothing was cut off: the sum of the compression, the seal's last piece.
    let mut rest = archive.into_inner();
    io::copy(&mut rest, &mut io::sink()).map_err(not_whole)?;
    io::copy(&mut rest.into_inner(), &mut io::sink()).map_err(not_whole)?;
    Ok(manifest)
}

fn unpacked<R: Read>(archive: &mut tar::Archive<R>, into: Option<&Path>) -> Result<Manifest, Failure> {
    let mut entries = archive.entries().map_err(not_whole)?;
    let mut next = |name: &str| -> Result<_, Failure> {
        let entry = entries.next().transpose().map_err(not_whole)?;
        let entry = entry.ok_or_else(|| format!("this is not a whole backup: {name} is not in it"))?;
        let is_in_place = entry.path_bytes().as_ref() == name.as_bytes();
        if is_in_place {
            Ok(entry)
        } else {
            Err(format!("this is no backup of Comanda: {name} is not in its place").into())
        }
    };
    let mut text = Vec::new();
    next(MANIFEST)?.take(LONGEST).read_to_end(&mut text).map_err(not_whole)?;
    let manifest = understood(&text)?;
    for file in &manifest.files {
        let mut entry = next(&file.name)?;
        let found = match into {
            Some(folder) => copied(&mut entry, &mut created(&folder.join(plain(&file.name)?))?),
            None => copied(&mut entry, &mut io::sink()),
        };
        if found.map_err(not_whole)? != (file.bytes, file.sha256.clone()) {
            return Err(format!("the backup was changed: {} is not what its manifest says", file.name).into());
        }
    }
    match entries.next() {
        None => Ok(manifest),
        Some(_) => Err("the backup was changed: it has more than its manifest says".into()),
    }
}

/// The manifest of that text, if this program can read its layout.
fn understood(text: &[u8]) -> Result<Manifest, Failure> {
    #[derive(serde::Deserialize)]
    struct Layout {
        format: u32,
    }
    let unreadable = |error: serde_json::Error| format!("the backup's manifest cannot be read: {error}");
    let Layout { format } = serde_json::from_slice(text).map_err(unreadable)?;
    if format > FORMAT {
        return Err(format!("the backup has layout {format}, and this program knows {FORMAT}: use a newer one").into());
    }
    Ok(serde_json::from_slice(text).map_err(unreadable)?)
}

/// A path that stays inside of the directory that it is joined to.
fn plain(name: &str) -> Result<&Path, Failure> {
    let path = Path::new(name);
    match path.components().all(|part| matches!(part, Component::Normal(_))) {
        true => Ok(path),
        false => Err(format!("this is no backup of Comanda: it holds `{name}`").into()),
    }
}

fn created(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create_new(path)
}

/// Copies, and tells how many bytes of which digest.
fn copied(from: &mut impl Read, to: &mut impl Write) -> io::Result<(u64, String)> {
    let (mut digest, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let length = from.read(&mut piece)?;
        if length == 0 {
            to.flush()?;
            return Ok((bytes, hex::encode(digest.finalize())));
        }
        digest.update(&piece[..length]);
        to.write_all(&piece[..length])?;
        bytes += length as u64;
    }
}

/// A full disk is said as it is; whatever else ends a reading is the file's.
fn not_whole(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::PermissionDenied => error.into(),
        _ => format!("this is not a whole backup: {error}").into(),
    }
}

#[cfg(test)]
mod tests;
