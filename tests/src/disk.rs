//! A small disk of an app's own, to be filled and freed while the program runs.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, mounted over the data directory; unmounted with this value.
///
/// Mounting needs root. Elsewhere the processes' own limit on the size of a file plays the full disk: writes fail there
/// with "file too large" in place of "no space left".
#[derive(Debug)]
pub enum SmallDisk {
    /// Mounted at this directory.
    Mounted(PathBuf),
    /// Nothing is mounted over this directory.
    Limited(PathBuf),
}

impl SmallDisk {
    /// A disk of `mebibytes` over `directory`, which is empty.
    ///
    /// # Panics
    /// When root cannot mount it.
    pub(crate) fn over(directory: &Path, mebibytes: usize) -> Self {
        let root = fs::metadata("/proc/self").is_ok_and(|this| std::os::unix::fs::MetadataExt::uid(&this) == 0);
        if !root {
            return Self::Limited(directory.to_owned());
        }
        let size = format!("size={mebibytes}m");
        run(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(directory));
        Self::Mounted(directory.to_owned())
    }

    /// From now on nothing more fits. `pids` are the processes that write to it.
    ///
    /// # Panics
    /// When the disk cannot be filled.
    pub fn fill(&self, pids: &[u32]) {
        match self {
            Self::Mounted(directory) => {
                let mut filler = File::create(filler(directory)).expect("a disk with a little room");
                // First by blocks, then by bytes, so that no page is left.
                for size in [1 << 20, 4096, 1] {
                    while filler.write_all(&vec![b'x'; size]).is_ok() {}
                }
            }
            Self::Limited(directory) => {
                let largest = fs::read_dir(directory).expect("a data directory").flatten();
                let largest = largest.filter_map(|file| file.metadata().ok()).map(|file| file.len()).max();
                limit(pids, &largest.unwrap_or(0).to_string());
            }
        }
    }

    /// Makes room again.
    ///
    /// # Panics
    /// When the limit of a process cannot be lifted.
    pub fn free(&self, pids: &[u32]) {
        match self {
            Self::Mounted(directory) => fs::remove_file(filler(directory)).expect("a disk that was filled"),
            Self::Limited(_) => limit(pids, "unlimited"),
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Self::Mounted(directory) = self {
            // Lazily: a process that was just killed may not have let go yet.
            let _ = Command::new("umount").arg("--lazy").arg(directory).status();
        }
    }
}

fn filler(directory: &Path) -> PathBuf {
    directory.join("filler")
}

/// Only the soft limit: a lowered hard one could not be raised again.
fn limit(pids: &[u32], bytes: &str) {
    for pid in pids {
        run(Command::new("prlimit").args(["--pid", &pid.to_string(), &format!("--fsize={bytes}:")]));
    }
}

fn run(command: &mut Command) {
    let done = command.status();
    assert!(done.as_ref().is_ok_and(std::process::ExitStatus::success), "{command:?}: {done:?}");
}
