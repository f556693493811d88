//! This machine: room on the disks, whether the data directory can be written, who may read the secrets, and how old
//! the rules of the time zones are.

use super::{Patient, report::Line};
use domain::{Clock, SystemClock, timezone};
use runtime::{DatabaseTarget, PictureTarget};
use std::{
    fs, io,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Less room than this share of a disk is too little, one part in …
const LITTLE_ROOM: u64 = 20;
/// … and more than this many bytes is enough on a disk of any size.
const ENOUGH_ROOM: u64 = 1 << 30;
/// With less room than this, in bytes, the next order may not fit.
const NO_ROOM: u64 = 16 << 20;

pub(super) fn lines(patient: &Patient) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut disks = Vec::new();
    for (directory, setting) in directories(patient) {
        lines.push(writable(&directory, setting));
        let disk = fs::metadata(standing_of(&directory)).ok().map(|about| about.dev());
        if !disks.contains(&disk) {
            lines.extend(room(&directory));
        }
        disks.push(disk);
    }
    lines.extend(secret_files(patient));
    lines.push(zones());
    lines
}

/// The directories that are written to, each once, with the setting that names it.
fn directories(patient: &Patient) -> Vec<(PathBuf, &'static str)> {
    let mut all = vec![(patient.args.data_dir.clone(), "COMANDA_DATA_DIR")];
    if let Some(DatabaseTarget::Sqlite(path)) = &patient.known.database
        && let Some(folder) = path.parent()
    {
        all.push((folder.to_owned(), "DATABASE_URL"));
    }
    if let Some(PictureTarget::Directory(folder)) = &patient.known.pictures {
        all.push((folder.clone(), "COMANDA_IMAGE_DIR"));
    }
    let mut seen = Vec::new();
    // What lies within the data directory is made in it by the first start.
    all.retain(|(folder, _)| {
        let is_new =
            !seen.iter().any(|known: &PathBuf| folder == known || !folder.exists() && folder.starts_with(known));
        seen.push(folder.clone());
        is_new
    });
    all
}

/// The nearest directory that is there.
fn standing(directory: &Path) -> &Path {
    directory.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"))
}

fn writable(directory: &Path, setting: &str) -> Line {
    const CHECK: &str = "disk.writable";
    let shown = directory.display();
    let (tried, there) = if directory.as_os_str().is_empty() {
        (Path::new("."), true)
    } else {
        (standing_of(directory), directory.exists())
    };
    match probe(tried) {
        Ok(()) if there => Line::ok(CHECK, format!("{shown} can be written")),
        Ok(()) => Line::ok(CHECK, format!("{shown} is made by the first start")),
        Err(error) => {
            let cure = format!("let this user write there (chown, remount), or name another directory in {setting}");
            Line::wrong(CHECK, format!("{shown} cannot be written: {error}"), cure)
        }
    }
}

/// [`standing`], where a relative path begins in this directory.
fn standing_of(directory: &Path) -> &Path {
    let found = standing(directory);
    if found == Path::new("/") && directory.is_relative() || found.as_os_str().is_empty() {
        Path::new(".")
    } else {
        found
    }
}

/// Writes a file without a name, or one that goes at once.
fn probe(directory: &Path) -> io::Result<()> {
    use io::Write;
    let mut file = tempfile::tempfile_in(directory)?;
    file.write_all(b"comanda doctor")?;
    file.sync_all()
}

fn room(directory: &Path) -> Option<Line> {
    let about = rustix::fs::statvfs(standing_of(directory)).ok()?;
    let (free, total) = (about.f_bavail * about.f_frsize, about.f_blocks * about.f_frsize);
    // Some file systems do not tell.
    (total > 0).then(|| judged(directory, free, total))
}

/// Whether `free` of `total` bytes are enough.
fn judged(directory: &Path, free: u64, total: u64) -> Line {
    const CHECK: &str = "disk.room";
    let what = format!("{} MiB of {} MiB are free under {}", free >> 20, total >> 20, directory.display());
    let cure = "make room, or move COMANDA_DATA_DIR to a larger disk";
    if free < NO_ROOM {
        Line::wrong(CHECK, what, cure)
    } else if free < (total / LITTLE_ROOM).min(ENOUGH_ROOM) {
        Line::warning(CHECK, what, cure)
    } else {
        Line::ok(CHECK, what)
    }
}

/// Who may read the files with secrets.
fn secret_files(patient: &Patient) -> Vec<Line> {
    let about = |path: &PathBuf| Some((path.clone(), fs::metadata(path).ok()?.permissions().mode() & 0o777));
    let modes: Vec<_> = patient.known.secret_files.iter().filter_map(about).collect();
    if modes.is_empty() {
        return Vec::new();
    }
    let open: Vec<_> = modes.iter().filter(|(_, mode)| mode & 0o077 != 0).collect();
    if open.is_empty() {
        return vec![Line::ok("secrets.files", "the files with secrets are their owner's alone")];
    }
    let line = |(path, mode): &&(PathBuf, u32)| {
        let what = format!("others may read {}: its mode is {mode:o}", path.display());
        Line::wrong("secrets.files", what, format!("chmod 600 {}", path.display()))
    };
    open.iter().map(line).collect()
}

/// The rules of the time zones, beside those of this machine.
fn zones() -> Line {
    const CHECK: &str = "zones.release";
    let (ours, today) = (timezone::release(), SystemClock.now().date_naive());
    let machines = fs::read_to_string("/usr/share/zoneinfo/tzdata.zi").ok();
    let machines = machines.as_deref().and_then(|text| text.lines().next()?.strip_prefix("# version "));
    if timezone::is_stale(ours, today) {
        return Line::warning(
            CHECK,
            format!("the rules are those of {ours}: clocks may have changed since"),
            "update Comanda",
        );
    }
    match machines {
        Some(theirs) if theirs.trim() > ours => {
            let what = format!("the program's rules are those of {ours}, this machine's of {}", theirs.trim());
            Line::warning(CHECK, what, "update Comanda, if a zone of yours changed between the two")
        }
        _ => Line::ok(CHECK, format!("the rules are those of {ours}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::report::State, *};

    #[test]
    fn room_is_judged_by_share_and_by_size() {
        let state = |free: u64, total: u64| judged(Path::new("d"), free << 20, total << 20).state;
        assert_eq!(state(15, 100), State::Wrong);
        assert_eq!((state(16, 1_000), state(49, 1_000), state(50, 1_000)), (State::Warning, State::Warning, State::Ok));
        assert_eq!((state(1_023, 1_000_000), state(1_024, 1_000_000)), (State::Warning, State::Ok));
    }

    #[test]
    fn what_the_first_start_makes_lies_in_what_is_there() {
        let folder = tempfile::tempdir().expect("a directory");
        assert_eq!(standing_of(&folder.path().join("a/b")), folder.path());
        assert_eq!(standing_of(Path::new("nowhere/at/all")), Path::new("."));
        assert_eq!(writable(&folder.path().join("a"), "X").state, State::Ok);
        let file = folder.path().join("file");
        fs::write(&file, "x").expect("a file");
        assert_eq!(writable(&file, "X").state, State::Wrong);
    }
}
