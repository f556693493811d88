//! How long a client may keep us waiting.

use std::time::Duration;

/// The time-outs of a connection. None of them touches a WebSocket: the gateway has its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// From the connection, or the first byte of a later request, to the end of the request's head. A byte now and then
    /// extends nothing.
    pub(super) head: Duration,
    /// From an answer to the first byte of the next request.
    pub(super) idle: Duration,
    /// The same on a connection of a proxy, which keeps its connections in stock: it must be the one that gives them
    /// up, or it sends a request into a connection that is just being closed.
    pub(super) idle_proxy: Duration,
    /// In which time at least [`pace`](Self::pace) bytes of a body must arrive, or of an answer be taken.
    pub(super) stall: Duration,
    /// Half a kilobyte a second: any phone on any network does better, and whoever means to hold a connection must
    /// work.
    pub(super) pace: usize,
    /// What a connection without a request gets when the process stops.
    pub(super) stop: Duration,
    /// How long, and how many bytes, is read on of a body that nobody wants, after its request was answered.
    pub(super) linger: Duration,
    pub(super) linger_bytes: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            idle_proxy: Duration::from_secs(300),
            stall: Duration::from_secs(15),
            pace: 8 * 1024,
            stop: Duration::from_secs(1),
            linger: Duration::from_secs(15),
            // Three times the largest file that is taken.
            linger_bytes: 16 * 1024 * 1024,
        }
    }
}
