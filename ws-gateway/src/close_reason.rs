//! Close codes and their reasons (realtime.md §1.7).
//!
//! After 4001, 4003 and 4029 the shipped clients stop for good. After any other code they come back with growing
//! pauses. So a code of the first kind is only sent when coming back would not help.

use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};

/// Code and reason of a close frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CloseReason {
    code: u16,
    reason: &'static str,
}

impl CloseReason {
    /// Nothing was heard for too long.
    pub(crate) const IDLE: Self = Self::new(1000, "Connection timeout");
    /// A binary frame; there are none in this protocol.
    pub(crate) const BINARY: Self = Self::new(1003, "Text frames only");
    /// Not a WebSocket conversation any more.
    pub(crate) const PROTOCOL: Self = Self::new(1002, "Protocol error");
    /// Text that is not UTF-8.
    pub(crate) const NOT_UTF8: Self = Self::new(1007, "Text is not UTF-8");
    /// A message longer than the limit.
    pub(crate) const TOO_LARGE: Self = Self::new(1009, "Message too large");
    /// The process stops; another one may be up already.
    pub(crate) const RESTART: Self = Self::new(1012, "Service restart");
    /// The client reads slower than its branch speaks. It comes back and resumes; nothing was dropped silently.
    pub(crate) const SLOW: Self = Self::new(1013, "Slow consumer, reconnect");
    /// The process holds as many sockets as it may.
    pub(crate) const FULL: Self = Self::new(1013, "Server at capacity");
    /// Something needed to serve the socket did not answer in time.
    pub(crate) const UNAVAILABLE: Self = Self::new(1013, "Try again later");
    /// No token, not a good one, or not good any more.
    pub(crate) const UNAUTHORIZED: Self = Self::new(4001, "Token missing, expired or revoked");
    /// The page's origin is not on the list.
    pub(crate) const ORIGIN: Self = Self::new(4003, "Origin not allowed");
    /// A good token of somebody without any role.
    pub(crate) const NO_ROLE: Self = Self::new(4003, "No role in any branch");
    /// More sockets of one user or table than allowed.
    pub(crate) const CROWDED: Self = Self::new(4029, "Too many connections");
    /// More frames than allowed, in a second or in one message.
    pub(crate) const FLOODING: Self = Self::new(4029, "Too many messages");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason }
    }

    /// The kind of reason, as metrics name it.
    pub(crate) const fn kind(self) -> &'static str {
        match self.code {
            1000 => "idle",
            1012 => "restart",
            1013 => "overload",
            4001 | 4003 => "auth",
            4029 => "limit",
            _ => "protocol",
        }
    }

    /// The frame on the wire.
    pub(crate) fn frame(self) -> CloseFrame {
        CloseFrame { code: CloseCode::from(self.code), reason: self.reason.into() }
    }
}
