//! Child processes that are killed by their own pid, can be started again, and whose last words are kept.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::PipeReader;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::conditions::Conditions;

/// The variables of the caller a child may see; anything else would make a test depend on who runs it.
const INHERITED: [&str; 7] = ["PATH", "HOME", "LANG", "TMPDIR", "COMANDA_LOG", "RUST_BACKTRACE", "LLVM_PROFILE_FILE"];

/// A port of 127.0.0.1 that is free now and that this process will not hand out again for a while.
///
/// Below the kernel's ephemeral range: the thousands of outgoing connections of the tests cannot take it while a
/// killed server is down.
///
/// # Panics
/// When twelve thousand ports in a row are taken.
pub fn free_port() -> u16 {
    const FIRST: u16 = 20_000;
    const SPAN: u16 = 12_000;
    // A start of its own for each test binary, as two may run at once.
    static NEXT: LazyLock<AtomicU16> =
        LazyLock::new(|| AtomicU16::new((RandomState::new().hash_one(std::process::id()) % u64::from(SPAN)) as u16));
    (0..SPAN)
        .map(|_| FIRST + NEXT.fetch_add(1, Ordering::Relaxed) % SPAN)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port between 20000 and 32000")
}

/// What a child sees of the caller's environment.
pub(crate) fn inherited() -> impl Iterator<Item = (&'static str, OsString)> {
    INHERITED.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}

/// A program that can be killed and started again with the same arguments, environment and log.
#[derive(Debug)]
pub struct Process {
    name: String,
    binary: PathBuf,
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
    directory: PathBuf,
    conditions: Conditions,
    child: Mutex<Option<(Child, Option<PipeReader>)>>,
}

impl Process {
    /// Starts `binary` in `directory`, where its output is appended to `<name>.log`.
    ///
    /// # Panics
    /// When the program cannot be started at all.
    pub fn start(
        name: &str,
        binary: &Path,
        arguments: &[&str],
        environment: BTreeMap<String, String>,
        directory: &Path,
    ) -> Self {
        Self::start_under(Conditions::default(), name, binary, arguments, environment, directory)
    }

    /// [`Process::start`] under conditions of the test's own.
    ///
    /// # Panics
    /// As [`Process::start`].
    pub fn start_under(
        conditions: Conditions,
        name: &str,
        binary: &Path,
        arguments: &[&str],
        environment: BTreeMap<String, String>,
        directory: &Path,
    ) -> Self {
        let process = Self {
            name: name.to_owned(),
            binary: binary.to_owned(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            environment,
            directory: directory.to_owned(),
            conditions,
            child: Mutex::new(None),
        };
        process.restart();
        process
    }

    /// Starts the program again; one that still runs is killed first.
    ///
    /// # Panics
    /// When the program cannot be started at all.
    pub fn restart(&self) {
        self.kill9();
        let (out, errors, reader) = self.conditions.output(|| self.open_log());
        let child = self
            .command()
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", self.binary.display()));
        *self.child() = Some((child, reader));
    }

    /// Runs the same program with other arguments beside this one, to its end: an operator at the same machine.
    ///
    /// # Panics
    /// When the program cannot be started at all.
    pub fn beside(&self, arguments: &[&str]) -> Output {
        self.beside_with(&[], arguments)
    }

    /// [`Process::beside`] with other variables.
    ///
    /// # Panics
    /// As [`Process::beside`].
    pub fn beside_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(&self.directory).stdin(Stdio::null());
        command.env_clear().envs(inherited()).envs(&self.environment).envs(variables.iter().copied());
        command.output().unwrap_or_else(|error| panic!("cannot start {}: {error}", self.binary.display()))
    }

    /// Starts the same program once more, with other variables, under a name of its own.
    ///
    /// # Panics
    /// When the program cannot be started at all.
    #[must_use]
    pub fn another(&self, name: &str, variables: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let environment = self.environment.clone().into_iter().chain(variables.iter().map(owned)).collect();
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        Self::start(name, &self.binary, &arguments, environment, &self.directory)
    }

    /// Starts the same program with other arguments, under a name of its own.
    ///
    /// # Panics
    /// When the program cannot be started at all.
    #[must_use]
    pub fn another_doing(&self, name: &str, arguments: &[&str]) -> Self {
        Self::start(name, &self.binary, arguments, self.environment.clone(), &self.directory)
    }

    /// SIGKILL, and waits until the process is gone. Does nothing if it is gone already.
    pub fn kill9(&self) {
        if let Some((mut child, _)) = self.child().take() {
            // Both fail only when the child has ended by itself, which is what is wanted.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// SIGTERM, then waits for the process to end by itself.
    ///
    /// # Panics
    /// When it is not running, or still runs after `patience`.
    pub fn terminate(&self, patience: Duration) -> ExitStatus {
        let (mut child, reader) = self.child().take().unwrap_or_else(|| panic!("{} is not running", self.name));
        let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "cannot signal {}", self.name);
        let deadline = Instant::now() + patience;
        loop {
            if let Ok(Some(status)) = child.try_wait() {
                return status;
            }
            if Instant::now() > deadline {
                *self.child() = Some((child, reader));
                panic!("{} still runs {patience:?} after SIGTERM", self.name);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The pid, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child().as_ref().map(|(child, _)| child.id())
    }

    /// What the program ended with, if it has ended by itself.
    pub fn exited(&self) -> Option<ExitStatus> {
        self.child().as_mut().and_then(|(child, _)| child.try_wait().ok().flatten())
    }

    /// Somebody reads the pipe that nobody read: what was in it and what comes from now on, as long as the program
    /// runs. Does nothing where the output goes elsewhere.
    ///
    /// # Panics
    /// When no thread can be started.
    pub fn read_pipe(&self) -> std::sync::Arc<Mutex<Vec<u8>>> {
        let heard = std::sync::Arc::<Mutex<Vec<u8>>>::default();
        if let Some(mut reader) = self.child().as_mut().and_then(|(_, reader)| reader.take()) {
            let into = heard.clone();
            let read = move || {
                let mut part = [0; 4096];
                while let Ok(length @ 1..) = std::io::Read::read(&mut reader, &mut part) {
                    into.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&part[..length]);
                }
            };
            std::thread::Builder::new().spawn(read).expect("a thread");
        }
        heard
    }

    /// Everything the program has printed since the first start.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log_path()).unwrap_or_default()).into_owned()
    }

    /// The last lines of it.
    pub fn log_tail(&self) -> String {
        const LINES: usize = 120;
        let text = self.log();
        let lines: Vec<&str> = text.lines().collect();
        let tail = lines[lines.len().saturating_sub(LINES)..].join("\n");
        format!("--- {} ({} lines, the last {LINES} here) ---\n{tail}\n", self.name, lines.len())
    }

    fn command(&self) -> Command {
        let mut command = self.conditions.command(&self.binary);
        command.args(&self.arguments).current_dir(&self.directory);
        command.env_clear().envs(inherited()).envs(&self.environment);
        command
    }

    fn open_log(&self) -> File {
        OpenOptions::new().create(true).append(true).open(self.log_path()).expect("a writable temporary directory")
    }

    fn log_path(&self) -> PathBuf {
        self.directory.join(format!("{}.log", self.name))
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Option<(Child, Option<PipeReader>)>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill9();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, directory: &Path) -> Process {
        Process::start("sh", Path::new("/bin/sh"), &["-c", script], BTreeMap::new(), directory)
    }

    #[test]
    fn a_killed_process_is_gone_and_can_come_back() {
        let directory = tempfile::tempdir().unwrap();
        let process = shell("echo up; exec sleep 60", directory.path());
        let first = process.pid().unwrap();
        process.kill9();
        assert_eq!(process.pid(), None);
        process.restart();
        assert_ne!(process.pid(), Some(first));
        assert_eq!(process.exited(), None);
    }

    #[test]
    fn terminate_waits_for_the_programs_own_end_and_keeps_its_words() {
        let directory = tempfile::tempdir().unwrap();
        let process = shell("trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.02; done", directory.path());
        while !process.log_tail().contains("up") {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(process.terminate(Duration::from_secs(5)).code(), Some(7));
        assert!(process.log_tail().contains("bye"), "{}", process.log_tail());
    }

    #[test]
    fn ports_are_not_handed_out_twice() {
        let ports: std::collections::BTreeSet<u16> = (0..100).map(|_| free_port()).collect();
        assert_eq!(ports.len(), 100);
    }
}
