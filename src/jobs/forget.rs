//! Forgetting what is too old: events, idempotency keys, refresh tokens, providers' notices and work that is done, each
//! as a job of its own, so that one that fails keeps no other one from its work.

use super::MINUTE;
use crate::process::Process;
use chrono::TimeDelta;
use runtime::{Job, Periodic, Ran};
use store::Database;

/// Starts them.
pub(super) fn start(process: &Process) {
    let (jobs, shutdown) = (&process.jobs, &process.shutdown);
    let retention = TimeDelta::from_std(process.settings.event_retention).unwrap_or(TimeDelta::MAX);
    let events = move |db: Database| async move { db.forget_events(db.clock().now() - retention).await };
    jobs.start(shutdown, job(process, "event.forget", events));
    let keys = |db: Database| async move { db.forget_idempotency_keys().await };
    jobs.start(shutdown, job(process, "idempotency_key.forget", keys));
    let tokens = |db: Database| async move { db.forget_refresh_tokens().await };
    jobs.start(shutdown, job(process, "refresh_token.forget", tokens));
    let notices = |db: Database| async move { db.forget_notices().await };
    jobs.start(shutdown, job(process, "notice.forget", notices));
    let work = |db: Database| async move { db.forget_work().await };
    jobs.start(shutdown, job(process, "work.forget", work));
}

fn job<F, Fut>(process: &Process, name: &'static str, forget: F) -> impl Job + use<F, Fut>
where
    F: Fn(Database) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = store::Result<u64>> + Send + 'static,
{
    let db = process.db.clone();
    Periodic::new(name, MINUTE, move || {
        let forgetting = forget(db.clone());
        async move { forgetting.await.map(|_| Ran::Done).map_err(Into::into) }
    })
}
