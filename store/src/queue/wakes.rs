//! Wake-ups: whoever works off a queue in this process looks at once when a transaction of this process has put
//! something into it. Workers of other processes find it by their interval.

use super::Queue;
use crate::Database;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Notify;

/// Who waits for which queue.
#[derive(Debug, Default)]
pub(crate) struct Wakes(Mutex<BTreeMap<&'static str, Arc<Notify>>>);

impl Wakes {
    fn of(&self, queue: &'static str) -> Arc<Notify> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(queue).or_default())
    }

    /// There is work in it. One that nobody waits for at this moment is found at the next wait.
    pub(crate) fn wake(&self, queue: &'static str) {
        self.of(queue).notify_one();
    }
}

impl Database {
    /// Resolves when this process has committed something into the queue since the last call.
    pub async fn work_arrived(&self, queue: &'static Queue) {
        self.wakes().of(queue.name).notified().await;
    }
}
