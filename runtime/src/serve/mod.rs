//! HTTP on a port, so that nobody outside can stop the house by holding connections: the one loop behind the API and
//! the gateway.
//!
//! * `descriptors`: how many files there may be, and so how many connections.
//! * `slots`: who has a place, who gets one, whose is taken for it. Plain data.
//! * `connections`: the same behind a lock, shared by all ports of the process, with its metrics.
//! * `connection`, `talk`, `stream`, `bodies`: one connection, what its client owes us, and until when.
//! * `requests`: whose bodies are still on their way, and what clients behind a proxy, who share its connections, may
//!   have at work.
//! * `origin`, `peer`, `standing`: whom a connection and a request are counted for, and who counts as staff.
//!
//! Staff who call from the very address that floods us are answered: a newcomer replaces a connection that is silent,
//! slow or at rest, and is refused only where all are busy.

mod bodies;
mod connection;
mod connections;
mod descriptors;
mod origin;
mod patience;
mod peer;
mod requests;
mod slots;
mod standing;
mod stream;
mod talk;
mod throttle;

pub use connections::Connections;
pub use origin::{Proxies, counted};
pub use peer::Peer;

use crate::Shutdown;
use axum::Router;
use connection::Connection;
use origin::Origin;
use std::{io, net::SocketAddr, pin::pin, time::Duration};
use throttle::Throttle;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::task::TaskTracker;

/// Connections that the kernel keeps until they are accepted; it has a limit of its own besides.
const BACKLOG: u32 = 4_096;
/// How long accepting rests when there are no descriptors: without it the loop would turn at full speed.
const PAUSE: Duration = Duration::from_millis(50);
/// What a client hears for whom there is no place.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Opens a port.
///
/// # Errors
/// When the address cannot be listened on.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart must not wait for the connections of the last run to be forgotten.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves `router` on `listener` until the stop begins and the requests under way are answered. `server` names the port
/// in metrics. Upgraded connections are not waited for: whoever took them over does that.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    server: &'static str,
    connections: Connections,
    shutdown: Shutdown,
) {
    let (under_way, complaint) = (TaskTracker::new(), Throttle::default());
    let mut stop = pin!(shutdown.cancelled());
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, peer)) => {
                if let Some(connection) = take(socket, peer, server, &connections) {
                    under_way.spawn(connection.run(router.clone(), connections.clone(), shutdown.clone()));
                }
                connections.settled().await;
            }
            Err(error) => {
                metrics::counter!("http_accept_errors_total", "server" => server).increment(1);
                if let Some(silenced) = complaint.ask() {
                    tracing::error!(%error, server, silenced, "a connection could not be accepted");
                }
                if !is_the_clients(&error) {
                    connections.make_room();
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
    drop(listener);
    under_way.close();
    under_way.wait().await;
}

/// Finds a place for a connection, or turns it away.
fn take(socket: TcpStream, peer: SocketAddr, server: &'static str, connections: &Connections) -> Option<Connection> {
    match connections.admit(peer.ip(), server) {
        Ok(place) => {
            // Events and answers are small and must not wait for one another's acknowledgement.
            if let Err(error) = socket.set_nodelay(true) {
                tracing::debug!(%error, "a connection keeps Nagle's algorithm");
            }
            Some(Connection { socket, peer, place, server })
        }
        Err(_) => {
            // Best effort: nothing is waited for on behalf of somebody who was turned away.
            let _ = socket.try_write(FULL);
            None
        }
    }
}

/// Whether only this one connection failed.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

#[cfg(test)]
mod tests;
