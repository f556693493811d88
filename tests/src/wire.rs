//! Counts how often the API waits for PostgreSQL: a proxy that reads what the frontend sends and changes nothing.
//!
//! A round trip is a `Sync` of the extended protocol or a simple `Query`: the frontend sends nothing more until the
//! answer is there. What is counted is therefore what the network would charge, prepared or not. Left out is what the
//! API asks once a second by itself, which says so in a comment: it would fall into a count or not, as chance has it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use url::Url;

/// A TCP proxy in front of PostgreSQL. Its connections end when it is dropped.
#[derive(Debug)]
pub struct CountingProxy {
    port: u16,
    log: Arc<Mutex<Vec<String>>>,
    fuse: Arc<Fuse>,
    accepting: AbortHandle,
}

/// What cuts every connection after so many statements. The one that is one too many does not reach the server.
#[derive(Debug)]
struct Fuse {
    left: AtomicI64,
    blown: watch::Sender<bool>,
}

impl Fuse {
    const NEVER: i64 = i64::MAX / 2;

    /// Whether the statement may go on to the server.
    fn lets_through(&self) -> bool {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        if left <= 0 {
            self.blown.send_replace(true);
        }
        left > 0
    }
}

impl CountingProxy {
    /// Listens on a free loopback port and forwards to the server of `database`, a `postgres://host:port/…` URL.
    ///
    /// # Panics
    /// When the URL has no host, or no port can be had.
    pub async fn start(database: &Url) -> Self {
        let host = database.host_str().expect("a PostgreSQL URL with a host").to_owned();
        let upstream = (host, database.port().unwrap_or(5432));
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let log = Arc::new(Mutex::new(Vec::new()));
        let fuse = Arc::new(Fuse { left: AtomicI64::new(Fuse::NEVER), blown: watch::Sender::new(false) });
        let accepting = tokio::spawn(accept(listener, upstream, log.clone(), fuse.clone())).abort_handle();
        Self { port, log, fuse, accepting }
    }

    /// The same database by way of this proxy.
    ///
    /// # Panics
    /// When `database` is no URL with a host.
    pub fn url(&self, database: &Url) -> Url {
        let mut url = database.clone();
        url.set_host(Some("127.0.0.1")).expect("a PostgreSQL URL has a host");
        url.set_port(Some(self.port)).expect("a PostgreSQL URL has a port");
        url
    }

    /// Forgets what has been counted.
    pub fn reset(&self) {
        lock(&self.log).clear();
    }

    /// Lets `statements` more reach the server, then cuts all connections and takes no new ones, as a crash of the
    /// client at that point would: what the server had not been asked by then it never is.
    ///
    /// Round trips that execute nothing are not counted: a crash beside one leaves what a crash at the next statement
    /// does. The pool's pings never end, so that with them a walk from statement to statement would not either.
    pub fn cut_after(&self, statements: usize) {
        self.fuse.left.store(i64::try_from(statements).unwrap_or(Fuse::NEVER), Ordering::SeqCst);
    }

    /// Whether the cut came.
    pub fn is_cut(&self) -> bool {
        *self.fuse.blown.borrow()
    }

    /// Waits for the cut.
    pub async fn wait_cut(&self) {
        // The sender lives as long as this proxy.
        let _ = self.fuse.blown.subscribe().wait_for(|blown| *blown).await;
    }

    /// Forwards again.
    pub fn mend(&self) {
        self.fuse.left.store(Fuse::NEVER, Ordering::SeqCst);
        self.fuse.blown.send_replace(false);
    }

    /// The round trips since the start or the last [`CountingProxy::reset`], over all connections.
    pub fn count(&self) -> usize {
        lock(&self.log).len()
    }

    /// One line for each round trip, in order: the statements it carried, or `ping` for the pool's bare `Sync`.
    ///
    /// A statement that is prepared first shows as `prepare: …` in a round trip of its own; warm the connection up
    /// before counting.
    pub fn round_trips(&self) -> Vec<String> {
        lock(&self.log).clone()
    }
}

impl Drop for CountingProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock(log: &Mutex<Vec<String>>) -> std::sync::MutexGuard<'_, Vec<String>> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, upstream: (String, u16), log: Arc<Mutex<Vec<String>>>, fuse: Arc<Fuse>) {
    // Owned by this task: when it is aborted the connections go with it.
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let (upstream, log, fuse) = (upstream.clone(), log.clone(), fuse.clone());
        connections.spawn(async move {
            let mut blown = fuse.blown.subscribe();
            if *blown.borrow() {
                return;
            }
            let Ok(server) = TcpStream::connect((upstream.0.as_str(), upstream.1)).await else { return };
            // Held back small packets would make the proxy, not the database, what is measured.
            let _ = (client.set_nodelay(true), server.set_nodelay(true));
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let mut frontend = Frontend::default();
            // When either side is done the other half is dropped, which closes it too.
            tokio::select! {
                () = forward(from_client, to_server, |bytes| frontend.feed(bytes, &log, &fuse)) => {}
                () = forward(from_server, to_client, |_| true) => {}
                _ = blown.wait_for(|blown| *blown) => {}
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut look: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if !look(&buffer[..length]) || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// Begins the line of a statement that is only made ready.
const PREPARE: &str = "prepare: ";

/// What one client has sent, cut into messages.
#[derive(Debug, Default)]
struct Frontend {
    pending: Vec<u8>,
    /// Set by the startup message; before it messages have no tag.
    started: bool,
    prepared: HashMap<Vec<u8>, String>,
    /// The statements since the last round trip.
    carried: Vec<String>,
}

impl Frontend {
    const PROTOCOL_3: i32 = 3 << 16;

    /// Whether the bytes may go on.
    fn feed(&mut self, bytes: &[u8], log: &Mutex<Vec<String>>, fuse: &Fuse) -> bool {
        let mut passes = true;
        self.pending.extend_from_slice(bytes);
        loop {
            let tag = usize::from(self.started);
            let Some(length) = self.pending.get(tag..tag + 4).and_then(|field| field.try_into().ok()) else {
                return passes;
            };
            // The length counts itself but not the tag.
            let end = tag + usize::try_from(i32::from_be_bytes(length)).unwrap_or(0).max(4);
            if self.pending.len() < end {
                return passes;
            }
            let message: Vec<u8> = self.pending.drain(..end).collect();
            let body = &message[tag + 4..];
            if self.started {
                if self.message(message[0], body, log) {
                    passes &= fuse.lets_through();
                }
            } else {
                // Requests for TLS or GSS come before it and look alike but for their number.
                self.started =
                    body.first_chunk().is_some_and(|code| i32::from_be_bytes(*code) >> 16 == Self::PROTOCOL_3 >> 16);
            }
        }
    }

    /// Whether it ends a round trip that executes something.
    fn message(&mut self, tag: u8, body: &[u8], log: &Mutex<Vec<String>>) -> bool {
        match tag {
            b'P' => {
                let (name, rest) = cut(body);
                let text = one_line(cut(rest).0);
                self.carried.push(format!("{PREPARE}{text}"));
                self.prepared.insert(name.to_vec(), text);
                false
            }
            b'B' => {
                let (_portal, rest) = cut(body);
                let text = self.prepared.get(cut(rest).0).cloned();
                self.carried.push(text.unwrap_or_else(|| "(unknown statement)".to_owned()));
                false
            }
            b'Q' => {
                self.carried.push(one_line(cut(body).0));
                self.round_trip(log)
            }
            b'S' => self.round_trip(log),
            _ => false,
        }
    }

    fn round_trip(&mut self, log: &Mutex<Vec<String>>) -> bool {
        if self.carried.iter().any(|statement| statement.contains("/* housekeeping */")) {
            self.carried.clear();
            return false;
        }
        let executes = self.carried.iter().any(|statement| !statement.starts_with(PREPARE));
        let line = if self.carried.is_empty() { "ping".to_owned() } else { self.carried.join("; ") };
        self.carried.clear();
        lock(log).push(line);
        executes
    }
}

/// Splits at the zero byte that ends a string of the protocol.
fn cut(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    (&bytes[..end], bytes.get(end + 1..).unwrap_or_default())
}

fn one_line(statement: &[u8]) -> String {
    String::from_utf8_lossy(statement).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Connection, PgConnection};

    use super::*;

    fn message(tag: Option<u8>, body: &[u8]) -> Vec<u8> {
        let length = i32::try_from(body.len() + 4).unwrap().to_be_bytes();
        tag.into_iter().chain(length).chain(body.iter().copied()).collect()
    }

    #[test]
    fn round_trips_are_found_however_the_bytes_are_cut() {
        let mut bytes = message(None, &80_877_103_i32.to_be_bytes());
        bytes.extend(message(None, &[&Frontend::PROTOCOL_3.to_be_bytes()[..], b"user\0x\0\0"].concat()));
        bytes.extend(message(Some(b'p'), b"S"));
        bytes.extend(message(Some(b'Q'), b"BEGIN\0"));
        bytes.extend(message(Some(b'P'), b"s1\0SELECT\n  $1\0\0\0"));
        bytes.extend(message(Some(b'D'), b"Ss1\0"));
        bytes.extend(message(Some(b'S'), b""));
        bytes.extend(message(Some(b'B'), b"\0s1\0\0\0\0\0\0\0"));
        bytes.extend(message(Some(b'E'), b"\0\0\0\0\0"));
        bytes.extend(message(Some(b'S'), b""));
        bytes.extend(message(Some(b'S'), b""));
        bytes.extend(message(Some(b'Q'), b"/* housekeeping */ SELECT 1\0"));
        bytes.extend(message(Some(b'Q'), b"COMMIT\0"));
        for step in [1, 3, 7, bytes.len()] {
            let log = Mutex::new(Vec::new());
            let mut frontend = Frontend::default();
            let fuse = Fuse { left: AtomicI64::new(2), blown: watch::Sender::new(false) };
            let passed = bytes.chunks(step).filter(|chunk| frontend.feed(chunk, &log, &fuse)).count();
            assert_eq!(passed + 1, bytes.chunks(step).count(), "the third statement is one too many");
            let seen = ["BEGIN", "prepare: SELECT $1", "SELECT $1", "ping", "COMMIT"];
            assert_eq!(*lock(&log), seen, "in steps of {step}");
        }
    }

    /// Against the cluster of `scripts/test`.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_real_connection_is_counted_and_not_disturbed() {
        let cluster =
            std::env::var("COMANDA_TEST_POSTGRES").expect("COMANDA_TEST_POSTGRES is not set: run scripts/test");
        let cluster = Url::parse(&cluster).unwrap();
        let proxy = CountingProxy::start(&cluster).await;
        let mut connection = PgConnection::connect(proxy.url(&cluster).as_str()).await.unwrap();
        let query = "SELECT 40::bigint + $1";
        for _ in 0..2 {
            proxy.reset();
            let mut transaction = connection.begin().await.unwrap();
            let sum: i64 =
                sqlx::query_scalar(AssertSqlSafe(query)).bind(2_i64).fetch_one(&mut *transaction).await.unwrap();
            transaction.commit().await.unwrap();
            assert_eq!(sum, 42);
        }
        assert_eq!(proxy.round_trips(), ["BEGIN", query, "COMMIT"]);
        assert_eq!(proxy.count(), 3);
    }
}
