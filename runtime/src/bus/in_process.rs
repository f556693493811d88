//! The bus of a single process: one broadcast for all branches, filtered by whoever listens.
//!
//! A channel per branch would save the filtering, one hash look-up an event, and cost a registry to keep in step.

use super::{BusMessage, LISTENER_CAPACITY, Published};
use domain::BranchId;
use std::{collections::HashSet, sync::Arc};
use tokio::sync::broadcast::{self, error::RecvError};

#[derive(Clone, Debug)]
pub(super) struct InProcessBus(broadcast::Sender<Arc<Published>>);

impl InProcessBus {
    pub(super) fn new() -> Self {
        Self(broadcast::Sender::new(LISTENER_CAPACITY))
    }

    pub(super) fn publish(&self, published: Arc<Published>) {
        // An error means that nobody listens, which is no loss.
        let _ = self.0.send(published);
    }

    pub(super) fn listen(&self) -> InProcessListener {
        InProcessListener { events: self.0.subscribe(), followed: HashSet::new() }
    }
}

#[derive(Debug)]
pub(super) struct InProcessListener {
    events: broadcast::Receiver<Arc<Published>>,
    followed: HashSet<BranchId>,
}

impl InProcessListener {
    pub(super) fn follow(&mut self, branch: BranchId) {
        self.followed.insert(branch);
    }

    pub(super) fn unfollow(&mut self, branch: BranchId) {
        self.followed.remove(&branch);
    }

    pub(super) async fn next(&mut self) -> BusMessage {
        loop {
            match self.events.recv().await {
                Ok(event) if self.followed.contains(&event.envelope.branch_id) => return BusMessage::Event(event),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return BusMessage::Gap,
                // The last sender is gone, so nothing can come any more.
                Err(RecvError::Closed) => return std::future::pending().await,
            }
        }
    }
}
