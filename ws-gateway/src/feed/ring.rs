//! The ring of a branch's recent events, ready to be sent again to a phone that lost its connection for a moment.

use domain::event::Envelope;
use runtime::Published;
use std::{collections::VecDeque, sync::Arc};
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Events kept in memory for each branch: minutes of a busy evening, and a few hundred KiB.
const CAPACITY: usize = 512;

/// An event and its text, serialized once for every socket.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) event: Arc<Envelope>,
    pub(crate) text: Utf8Bytes,
}

impl Frame {
    /// A frame from the bus. Its bytes are copied once: a slice of the Redis connection's read buffer kept in a ring
    /// would keep the whole buffer.
    pub(crate) fn of_published(published: &Published) -> Self {
        let text = String::from_utf8_lossy(&published.json).into_owned().into();
        Self { event: Arc::new(published.envelope.clone()), text }
    }

    /// A frame from a row of the log.
    pub(crate) fn of_row(envelope: Envelope) -> serde_json::Result<Self> {
        let text = serde_json::to_string(&envelope)?.into();
        Ok(Self { event: Arc::new(envelope), text })
    }
}

/// The last [`CAPACITY`] events without a gap.
#[derive(Debug, Default)]
pub(super) struct Ring(VecDeque<Frame>);

impl Ring {
    /// Adds the next event.
    pub(super) fn push(&mut self, frame: Frame) {
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(frame);
    }

    /// Everything after `seq`; `None` when the ring does not reach back that far.
    pub(super) fn after(&self, seq: i64) -> Option<Vec<Frame>> {
        let first = self.0.front()?.event.seq;
        let skip = usize::try_from(seq + 1 - first).ok()?;
        Some(self.0.iter().skip(skip).cloned().collect())
    }
}
