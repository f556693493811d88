//! Keeps one fred client connected for as long as it is wanted.

use fred::interfaces::{ClientLike, EventInterface};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// Pause before a connection task that gave up is started again.
const RESTART: Duration = Duration::from_secs(1);
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// Connects `client`, again whenever fred gives up (it does on errors it takes for permanent, which a restarted server
/// may have cured), until `closed`. `role` names it in logs and metrics.
pub(super) async fn keep<C: ClientLike + EventInterface>(client: C, role: &'static str, closed: CancellationToken) {
    while !closed.is_cancelled() {
        let mut errors = client.error_rx();
        let mut connects = client.reconnect_rx();
        let mut connection = client.connect();
        let mut log = Log { role, connected: None };
        loop {
            tokio::select! {
                biased;
                () = closed.cancelled() => {
                    let _ = tokio::time::timeout(GOODBYE, client.quit()).await;
                    connection.abort();
                    return;
                }
                ended = &mut connection => {
                    tracing::debug!(role, ?ended, "the connection task ended");
                    break;
                }
                Ok((error, _)) = errors.recv() => log.disconnected(&error),
                connect = connects.recv() => match connect {
                    Ok(_) => log.connected(),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => break,
                },
            }
        }
        tokio::select! {
            () = closed.cancelled() => return,
            () = tokio::time::sleep(RESTART) => {}
        }
    }
}

/// Tells changes only: a Redis that is down for an hour is one line, not one for each attempt.
struct Log {
    role: &'static str,
    connected: Option<bool>,
}

impl Log {
    fn connected(&mut self) {
        if self.connected.replace(true) != Some(true) {
            tracing::info!(role = self.role, "connected to Redis");
            metrics::gauge!("bus_connected", "role" => self.role).set(1);
        }
    }

    fn disconnected(&mut self, error: &fred::error::Error) {
        if self.connected.replace(false) != Some(false) {
            tracing::warn!(role = self.role, %error, "no connection to Redis; events go by way of the log meanwhile");
            metrics::gauge!("bus_connected", "role" => self.role).set(0);
        }
    }
}
