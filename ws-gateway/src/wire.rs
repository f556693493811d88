//! The wire of a socket, which the rest of the gateway holds: a bounded queue to its writer, and a bell that wakes it.
//!
//! A feed never waits for a socket. When the queue is full, the socket is told to close, with a code after which the
//! client comes back and resumes. A late event can be repaired, a silently lost one cannot.

use crate::close_reason::CloseReason;
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use tokio::sync::{Notify, mpsc};
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// The most messages that wait for a socket's writer: half a minute of the busiest branch we know.
pub(crate) const QUEUE: usize = 256;

/// A socket, unique within the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SocketId(u64);

impl SocketId {
    fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// The sending end of a socket.
#[derive(Debug)]
pub(crate) struct Wire {
    id: SocketId,
    queue: mpsc::Sender<Utf8Bytes>,
    close_reason: OnceLock<CloseReason>,
    recheck: AtomicBool,
    bell: Notify,
}

/// An order to a socket, beside its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Close, with this reason.
    Close(CloseReason),
    /// Check again what the user may do: something about the user changed.
    Recheck,
}

impl Wire {
    /// A new socket's wire, and the queue its writer drains.
    pub(crate) fn new() -> (Arc<Self>, mpsc::Receiver<Utf8Bytes>) {
        let (queue, messages) = mpsc::channel(QUEUE);
        let wire = Self {
            id: SocketId::next(),
            queue,
            close_reason: OnceLock::new(),
            recheck: AtomicBool::new(false),
            bell: Notify::new(),
        };
        (Arc::new(wire), messages)
    }

    pub(crate) fn id(&self) -> SocketId {
        self.id
    }

    /// Queues a message. False when the socket can take no more and is closing.
    pub(crate) fn send(&self, text: Utf8Bytes) -> bool {
        if self.close_reason.get().is_some() {
            return false;
        }
        match self.queue.try_send(text) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                metrics::counter!("wsgateway_slow_closes_total").increment(1);
                self.close(CloseReason::SLOW);
                false
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }

    /// Tells the socket to close; the first reason counts.
    pub(crate) fn close(&self, close_reason: CloseReason) {
        let _ = self.close_reason.set(close_reason);
        self.bell.notify_one();
    }

    /// Tells the socket to check again what its user may do.
    pub(crate) fn recheck(&self) {
        self.recheck.store(true, Ordering::Release);
        self.bell.notify_one();
    }

    /// Waits for the next signal. Only the socket's own task waits here. Nothing is lost when the wait is dropped: the
    /// signals are kept in the flags, the bell only wakes.
    pub(crate) async fn signal(&self) -> Signal {
        loop {
            if let Some(close_reason) = self.close_reason.get() {
                return Signal::Close(*close_reason);
            }
            if self.recheck.swap(false, Ordering::AcqRel) {
                return Signal::Recheck;
            }
            self.bell.notified().await;
        }
    }

    /// Waits for the order to close, and leaves a request to recheck for later.
    pub(crate) async fn closed(&self) -> CloseReason {
        loop {
            if let Some(close_reason) = self.close_reason.get() {
                return *close_reason;
            }
            self.bell.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_closes_the_socket_instead_of_dropping() {
        let (wire, mut queue) = Wire::new();
        for _ in 0..QUEUE {
            assert!(wire.send("x".into()));
        }
        assert!(!wire.send("one too many".into()));
        assert_eq!(wire.signal().await, Signal::Close(CloseReason::SLOW));
        assert!(queue.recv().await.is_some());
        assert!(!wire.send("after the end there is no order to keep".into()));
    }

    #[tokio::test]
    async fn a_recheck_survives_a_wait_for_the_close() {
        let (wire, _queue) = Wire::new();
        wire.recheck();
        tokio::select! {
            biased;
            _ = wire.closed() => panic!("nobody closed it"),
            () = tokio::task::yield_now() => {}
        }
        assert_eq!(wire.signal().await, Signal::Recheck);
        wire.close(CloseReason::RESTART);
        wire.close(CloseReason::SLOW);
        assert_eq!(wire.closed().await, CloseReason::RESTART);
    }
}
