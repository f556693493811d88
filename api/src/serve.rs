//! Serves the router until the process is asked to stop, then finishes what it began.

use crate::{AppState, router};
use runtime::{Connections, Shutdown};
use tokio::net::TcpListener;

/// Serves HTTP on `listener` until `shutdown`; requests in flight are answered first.
pub async fn serve(listener: TcpListener, state: AppState, connections: Connections, shutdown: Shutdown) {
    runtime::serve::serve(listener, router(&state), "api", connections, shutdown).await;
}
