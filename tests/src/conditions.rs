//! Under which conditions of the machine a program runs: how many files it may open, and who reads what it says.

use std::fs::{File, OpenOptions};
use std::io::{PipeReader, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};

/// Where a program's output goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Output {
    /// Into its log file.
    #[default]
    Log,
    /// Into a pipe whose other end is closed.
    ClosedPipe,
    /// Into a pipe that is full and that nobody reads.
    FullPipe,
    /// Onto a disk that is full.
    FullDisk,
}

/// The conditions; the default is those of the test itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Conditions {
    /// The soft and the hard limit of open files.
    pub file_limit: Option<(u64, u64)>,
    /// Where standard output and standard error go.
    pub output: Output,
}

impl Conditions {
    /// A command that runs `binary` under them, as the very process that is spawned.
    pub(crate) fn command(&self, binary: &Path) -> Command {
        let Some((soft, hard)) = self.file_limit else { return Command::new(binary) };
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("ulimit -Sn {soft} && ulimit -Hn {hard} && exec \"$0\" \"$@\"")]).arg(binary);
        command
    }

    /// Where the output goes, and what must be kept for as long as the program runs.
    pub(crate) fn output(&self, log: impl FnOnce() -> File) -> (Stdio, Stdio, Option<PipeReader>) {
        let twice = |file: File, reader| (file.try_clone().expect("a second handle").into(), file.into(), reader);
        match self.output {
            Output::Log => twice(log(), None),
            Output::FullDisk => twice(OpenOptions::new().write(true).open("/dev/full").expect("a full disk"), None),
            Output::ClosedPipe | Output::FullPipe => {
                let (reader, mut writer) = std::io::pipe().expect("a pipe");
                let full = self.output == Output::FullPipe;
                if full {
                    rustix::io::ioctl_fionbio(writer.as_fd(), true).expect("a pipe that does not wait");
                    for chunk in [4_096, 1] {
                        while writer.write(&vec![b'.'; chunk]).is_ok() {}
                    }
                    rustix::io::ioctl_fionbio(writer.as_fd(), false).expect("a pipe that waits");
                }
                (writer.try_clone().expect("a second handle").into(), writer.into(), full.then_some(reader))
            }
        }
    }
}

/// Gives a running process another soft limit of open files, below the hard one that it was started with.
///
/// # Panics
/// When there is no such process of ours.
pub fn limit_files(pid: u32, soft: u64, hard: u64) {
    let pid = Pid::from_raw(i32::try_from(pid).expect("a pid"));
    let limit = Rlimit { current: Some(soft), maximum: Some(hard) };
    prlimit(pid, Resource::Nofile, limit).expect("a process of ours");
}

/// Lets this process open as many files as the machine allows: a test that holds thousands of connections needs them.
pub(crate) fn open_many_files() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("the soft limit is ours to raise");
}
