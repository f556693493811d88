//! Somebody who holds connections and says nothing, or hardly anything, so that others find none.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::conditions::open_many_files;

/// From a connection's end to the next one in its place: some two thousand a second of a big flood.
const AGAIN: Duration = Duration::from_secs(1);
/// Between two bytes of one who trickles.
const TRICKLE: Duration = Duration::from_millis(500);

/// How a connection of the flood keeps its server waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It says nothing.
    Silent,
    /// It sends a request head byte by byte, without end.
    SlowHead,
    /// It sends a head that announces a body, and the body byte by byte.
    SlowBody,
    /// It asks once, and then rests.
    Idle,
    /// It asks for a WebSocket with a token that is none, and does not go when it is told why not.
    Refused,
}

/// A flood; it ends when this is dropped. A connection that is closed on it comes back after a second.
#[derive(Debug)]
pub struct Flood {
    _tasks: JoinSet<()>,
    opened: Arc<AtomicUsize>,
    closed: Arc<AtomicUsize>,
}

impl Flood {
    /// Opens all connections of `manners` from `local` to the server at `url`, and returns once each was opened once.
    ///
    /// # Panics
    /// When the server's address cannot be read from its URL, or does not accept within a minute.
    pub async fn start(url: &str, local: IpAddr, manners: &[(Manner, usize)]) -> Self {
        open_many_files();
        let target = address(url);
        let (opened, closed) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let mut tasks = JoinSet::new();
        let all = manners.iter().flat_map(|(manner, count)| std::iter::repeat_n(*manner, *count));
        let mut wanted = 0;
        for manner in all {
            wanted += 1;
            tasks.spawn(hold(target, local, manner, Arc::clone(&opened), Arc::clone(&closed)));
            // Not all at once: the kernel's queue of connections is not what is tested.
            if wanted % 50 == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        let everybody = async {
            while opened.load(Ordering::Relaxed) < wanted {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), everybody).await.expect("the server accepts");
        Self { _tasks: tasks, opened, closed }
    }

    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.opened.load(Ordering::Relaxed).saturating_sub(self.closed())
    }

    /// How many were closed by the server so far.
    pub fn closed(&self) -> usize {
        self.closed.load(Ordering::Relaxed)
    }
}

/// The address behind `http://host:port` or `ws://host:port`.
pub(crate) fn address(url: &str) -> SocketAddr {
    let (_, authority) = url.split_once("://").unwrap_or_else(|| panic!("{url} is no URL"));
    authority.parse().unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// A connection from an address of our choice.
pub(crate) async fn connect_from(local: IpAddr, target: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = if target.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.bind(SocketAddr::new(local, 0))?;
    socket.connect(target).await
}

async fn hold(target: SocketAddr, local: IpAddr, manner: Manner, opened: Arc<AtomicUsize>, closed: Arc<AtomicUsize>) {
    loop {
        if let Ok(stream) = connect_from(local, target).await {
            opened.fetch_add(1, Ordering::Relaxed);
            keep_waiting(stream, manner).await;
            closed.fetch_add(1, Ordering::Relaxed);
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Ends when the server closes the connection.
async fn keep_waiting(stream: TcpStream, manner: Manner) {
    let (mut answers, mut words) = stream.into_split();
    let end = async {
        let mut scrap = [0; 1024];
        while answers.read(&mut scrap).await.is_ok_and(|read| read > 0) {}
    };
    let head = match manner {
        Manner::Silent => "",
        Manner::SlowHead => "GET /api/health HTTP/1.1\r\nhost: x\r\nx-padding: ",
        Manner::SlowBody => {
            "POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 200000\r\n\r\n"
        }
        Manner::Idle => "GET /api/health HTTP/1.1\r\nhost: x\r\n\r\n",
        Manner::Refused => {
            "GET /ws/kitchen?token=none HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        }
    };
    let speak = async {
        let mut said = words.write_all(head.as_bytes()).await;
        while said.is_ok() && matches!(manner, Manner::SlowHead | Manner::SlowBody) {
            tokio::time::sleep(TRICKLE).await;
            said = words.write_all(b" ").await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = end => {}
        () = speak => {}
    }
}
