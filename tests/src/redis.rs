//! A Redis of its own for each app: channel names carry branch ids, which are the same in every test's database.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::process::{Process, free_port};

/// A `redis-server` from the PATH on a loopback port of its own, without persistence.
#[derive(Debug)]
pub struct RedisServer {
    process: Process,
    port: u16,
    // Dropped last: the server must be gone before its directory.
    _directory: TempDir,
}

impl RedisServer {
    /// Starts it and waits until it accepts connections.
    ///
    /// # Panics
    /// When there is no `redis-server` on the PATH or it does not come up in ten seconds.
    pub fn start() -> Self {
        let port = free_port();
        let directory = tempfile::tempdir().expect("a writable temporary directory");
        let arguments = ["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        let process = Process::start("redis", Path::new("redis-server"), &arguments, BTreeMap::new(), directory.path());
        let server = Self { process, port, _directory: directory };
        server.wait();
        server
    }

    /// `redis://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The first line of the answer to an inline command.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn ask(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a server that listens");
        writeln!(stream, "{command}\r").expect("a server that reads");
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).expect("a server that answers");
        answer.trim_end().to_owned()
    }

    /// Kills it, as a crash would.
    pub fn stop(&self) {
        self.process.kill9();
    }

    /// Brings it back on the same port, empty.
    ///
    /// # Panics
    /// When it does not come up in ten seconds.
    pub fn start_again(&self) {
        self.process.restart();
        self.wait();
    }

    fn wait(&self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let dead = self.process.exited().is_some() || Instant::now() > deadline;
            assert!(!dead, "redis-server did not come up\n{}", self.process.log_tail());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_dies_and_comes_back_on_its_port() {
        let server = RedisServer::start();
        server.stop();
        assert!(TcpStream::connect(("127.0.0.1", server.port)).is_err());
        server.start_again();
        assert!(TcpStream::connect(("127.0.0.1", server.port)).is_ok());
    }
}
