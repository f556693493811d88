//! Serves the router until the process is asked to stop, then finishes what it began.

use crate::{AppState, router};
use runtime::Shutdown;
use std::{io, net::SocketAddr};
use tokio::net::TcpListener;

/// Serves HTTP on `listener` until `shutdown`; requests in flight are answered first.
///
/// # Errors
/// The listener broke.
pub async fn serve(listener: TcpListener, state: AppState, shutdown: Shutdown) -> io::Result<()> {
    let service = router(&state).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(shutdown.cancelled()).await
}
