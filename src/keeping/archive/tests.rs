//! An archive says whether it is whole.

use super::*;
use crate::keeping::manifest::{Engine, PicturePlace};
use chrono::DateTime;

fn archive(names: &[&str]) -> (tempfile::TempDir, Manifest, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let sources: Vec<Source> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let path = folder.path().join(format!("source-{at}"));
            fs::write(&path, format!("content of {name} ").repeat(9000)).unwrap();
            ((*name).to_owned(), path)
        })
        .collect();
    let manifest = Manifest {
        format: FORMAT,
        program: "0.1.0".into(),
        schema: "m1".into(),
        taken_at: DateTime::UNIX_EPOCH,
        database: Engine::Sqlite,
        pictures: PicturePlace::Here,
        rows: [("round".to_owned(), 3)].into(),
        secrets: [].into(),
        files: sources.iter().map(|source| content(source).unwrap()).collect(),
    };
    let bytes = write(Vec::new(), &manifest, &sources).unwrap();
    (folder, manifest, bytes)
}

fn refused(bytes: &[u8]) -> String {
    read(bytes, None).unwrap_err().to_string()
}

#[test]
fn what_was_written_is_read_and_unpacked() {
    let (folder, manifest, bytes) = archive(&["comanda.db", "pictures/a.webp"]);
    assert_eq!(read(bytes.as_slice(), None).unwrap(), manifest);
    let into = folder.path().join("into");
    assert_eq!(read(bytes.as_slice(), Some(&into)).unwrap(), manifest);
    assert!(fs::read_to_string(into.join("pictures/a.webp")).unwrap().starts_with("content of pictures/a.webp"));
}

#[test]
fn a_cut_one_is_refused_wherever_it_was_cut() {
    let (_folder, _, bytes) = archive(&["comanda.db"]);
    for end in [0, 1, 20, bytes.len() / 2, bytes.len() - 9, bytes.len() - 1] {
        assert!(refused(&bytes[..end]).contains("not a whole backup"), "cut at {end}");
    }
}

#[test]
fn a_changed_file_is_named() {
    let (folder, mut manifest, _) = archive(&["comanda.db"]);
    let sources = [("comanda.db".to_owned(), folder.path().join("source-0"))];
    manifest.files[0].sha256 = "00".repeat(32);
    let bytes = write(Vec::new(), &manifest, &sources).unwrap();
    assert_eq!(refused(&bytes), "the backup was changed: comanda.db is not what its manifest says");
}

#[test]
fn nothing_is_written_outside_of_the_directory() {
    assert!(plain("pictures/a.webp").is_ok());
    for name in ["/etc/passwd", "../a", "pictures/../../a"] {
        assert!(plain(name).unwrap_err().to_string().contains(name), "{name}");
    }
}

#[test]
fn a_later_layout_and_another_file_are_told_apart() {
    let later = br#"{"format": 2, "whatever": true}"#;
    assert!(understood(later).unwrap_err().to_string().contains("use a newer one"));
    assert!(understood(b"[]").unwrap_err().to_string().contains("manifest cannot be read"));
    assert!(refused(b"a letter to my aunt").contains("not a whole backup"));
}
