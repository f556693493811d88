//! An orderly stop: first no new work, then the work in flight ends, then what carried it ends.
//!
//! The two steps matter. A request still in flight when SIGTERM arrives commits and publishes its events, so the bus
//! must outlive it; were both cancelled at once, the last rounds of the evening would reach the kitchen a second late.

use std::{future::Future, sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use tokio_util::{
    sync::{CancellationToken, WaitForCancellationFutureOwned},
    task::TaskTracker,
};

/// Supporting tasks get this long after the work ended; they only flush queues and say goodbye to a server.
const SUPPORT_GRACE: Duration = Duration::from_secs(2);

/// Handle on the process's stop; cheap to clone.
#[derive(Clone, Debug)]
pub struct Shutdown(Arc<State>);

#[derive(Debug)]
struct State {
    stop: CancellationToken,
    finish: CancellationToken,
    work: TaskTracker,
    support: TaskTracker,
    grace: Duration,
}

impl Shutdown {
    /// A process that, told to stop, waits at most `grace` for its work to end.
    #[must_use]
    pub fn new(grace: Duration) -> Self {
        Self(Arc::new(State {
            stop: CancellationToken::new(),
            finish: CancellationToken::new(),
            work: TaskTracker::new(),
            support: TaskTracker::new(),
            grace,
        }))
    }

    /// Waits for SIGINT or SIGTERM, then starts the stop. Further signals change nothing: the grace period bounds the
    /// stop already.
    ///
    /// # Errors
    /// When the signal handlers cannot be installed.
    pub async fn on_signal(&self) -> std::io::Result<()> {
        wait_for_signal().await?;
        tracing::info!(grace_seconds = self.0.grace.as_secs(), "stopping");
        self.cancel();
        Ok(())
    }

    /// Starts the stop: [`cancelled`](Self::cancelled) resolves from now on.
    pub fn cancel(&self) {
        self.0.stop.cancel();
    }

    /// Resolves when the stop began: take no new work. The future borrows nothing, as axum's graceful shutdown wants.
    pub fn cancelled(&self) -> WaitForCancellationFutureOwned {
        self.0.stop.clone().cancelled_owned()
    }

    /// Whether the stop began.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.stop.is_cancelled()
    }

    /// A token that is cancelled when the stop begins, for code that wants one of its own.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.0.stop.child_token()
    }

    /// How long [`drain`](Self::drain) waits for work.
    #[must_use]
    pub fn grace(&self) -> Duration {
        self.0.grace
    }

    /// Runs work whose end the stop waits for. It watches [`cancelled`](Self::cancelled) itself.
    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.0.work.spawn(task)
    }

    /// Runs a task that others rely on until they are done. It watches [`finished`](Self::finished) itself.
    pub fn spawn_support<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.0.support.spawn(task)
    }

    /// Resolves when the work has ended and supporting tasks must end too.
    pub fn finished(&self) -> WaitForCancellationFutureOwned {
        self.0.finish.clone().cancelled_owned()
    }

    /// Stops, waits for the work, then for what supported it. Says whether all of it ended within its time.
    pub async fn drain(&self) -> bool {
        self.cancel();
        self.0.work.close();
        let worked = tokio::time::timeout(self.0.grace, self.0.work.wait()).await.is_ok();
        self.0.finish.cancel();
        self.0.support.close();
        let supported = tokio::time::timeout(SUPPORT_GRACE, self.0.support.wait()).await.is_ok();
        if !worked || !supported {
            tracing::warn!(work = self.0.work.len(), support = self.0.support.len(), "tasks left behind at the stop");
        }
        worked && supported
    }
}

#[cfg(unix)]
async fn wait_for_signal() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[tokio::test]
    async fn support_outlives_the_work() {
        let shutdown = Shutdown::new(Duration::from_secs(5));
        let supported = Arc::new(AtomicBool::new(true));
        let (flag, waiting) = (supported.clone(), shutdown.clone());
        shutdown.spawn_support(async move {
            waiting.finished().await;
            flag.store(false, Ordering::SeqCst);
        });
        let (flag, stopping) = (supported.clone(), shutdown.clone());
        let work = shutdown.spawn(async move {
            stopping.cancelled().await;
            tokio::time::sleep(Duration::from_millis(30)).await;
            flag.load(Ordering::SeqCst)
        });
        assert!(shutdown.drain().await);
        assert!(work.await.unwrap(), "the support ended before the work that needed it");
        assert!(!supported.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn the_grace_period_bounds_the_wait() {
        let shutdown = Shutdown::new(Duration::from_millis(20));
        shutdown.spawn(std::future::pending::<()>());
        assert!(!shutdown.drain().await);
    }
}
