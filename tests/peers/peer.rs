//! A program of somebody else's, started for one test from a file of its own.

use harness::{App, Process, free_port};
use std::{
    collections::BTreeMap,
    fmt::Display,
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// It runs until it is dropped.
pub(crate) struct Peer {
    pub(crate) process: Process,
    pub(crate) port: u16,
    // Dropped last: the program must be gone before its files.
    _directory: TempDir,
}

impl Peer {
    /// Starts `program`, an absolute path or a name in `/usr/sbin`, with the file that `configuration` writes, once it
    /// knows the port to listen on and a directory.
    pub(crate) fn start(
        program: &str,
        arguments: impl Fn(&Path, &Path) -> Vec<String>,
        configuration: impl FnOnce(u16, &Path) -> String,
    ) -> Self {
        let (port, directory) = (free_port(), tempfile::tempdir().unwrap());
        // Programs that give up root must still reach what is theirs.
        #[cfg(unix)]
        std::fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let file = directory.path().join("configuration");
        std::fs::write(&file, configuration(port, directory.path())).unwrap();
        let arguments = arguments(&file, directory.path());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let process = Process::start(
            program,
            &Path::new("/usr/sbin").join(program),
            &arguments,
            BTreeMap::from([("HOME".into(), directory.path().display().to_string())]),
            directory.path(),
        );
        let peer = Self { process, port, _directory: directory };
        peer.wait();
        peer
    }

    /// Waits until it listens.
    pub(crate) fn wait(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let dead = self.process.exited().is_some() || Instant::now() > deadline;
            assert!(!dead, "it does not listen: {}", self.process.log_tail());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Peer {
    /// A program may have started others: asked to stop, it takes them along.
    fn drop(&mut self) {
        if self.process.pid().is_some() && self.process.exited().is_none() {
            self.process.terminate(Duration::from_secs(20));
        }
    }
}

/// What `command` says with those variables, and whether it did what it is for.
pub(crate) fn operate(app: &App, variables: &[(&str, &str)], command: &str) -> (bool, String) {
    tokio::task::block_in_place(|| app.try_operate_with(variables, &[command]))
}

/// Every word is in what was said.
pub(crate) fn says(said: &str, words: &[impl Display]) {
    for word in words {
        assert!(said.contains(&word.to_string()), "no `{word}` in: {said}");
    }
}
