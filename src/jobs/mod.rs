//! The background work of an API process, one line a job. How a job is supervised is in `runtime::job`; each of them
//! may run in several processes at once.

mod backups;
mod carts;
mod condition;
mod forget;
mod payments;
mod queue;
mod restrictions;
mod second_factors;

use crate::process::Process;
use runtime::{JobError, Periodic, Ran};
use std::time::Duration;

/// Phones wait for it.
const SECOND: Duration = Duration::from_secs(1);
/// Nobody waits for it.
const MINUTE: Duration = Duration::from_secs(60);

/// Starts all of them.
pub(crate) fn start(process: &Process) {
    let (jobs, shutdown) = (&process.jobs, &process.shutdown);
    jobs.start(shutdown, carts::settle(&process.db));
    jobs.start(shutdown, carts::reprice(&process.db));
    jobs.start(shutdown, restrictions::end(&process.db));
    jobs.start(shutdown, backups::measure(&process.db));
    jobs.start(shutdown, condition::Inspection::new(&process.db));
    jobs.start(shutdown, second_factors::seal(&process.db, &process.providers));
    payments::start(process);
    forget::start(process);
    forget_idle_limits(process);
}

/// The one job that a gateway has, too: whom nobody counts any more is forgotten.
pub(crate) fn forget_idle_limits(process: &Process) {
    let limits = process.limits.clone();
    let sweep = move || {
        limits.sweep();
        std::future::ready(Ok(Ran::Done))
    };
    process.jobs.start(&process.shutdown, Periodic::new("rate_limit.sweep", MINUTE, sweep));
}

/// What several rows of one run came to: the run goes on after a row that failed, and fails at its end.
#[derive(Debug, Default)]
struct Rows {
    failed: usize,
    last: Option<String>,
}

impl Rows {
    fn note<T, E: std::fmt::Display>(&mut self, result: Result<T, E>) {
        if let Err(error) = result {
            self.failed += 1;
            self.last = Some(error.to_string());
        }
    }

    fn done(self) -> Result<Ran, JobError> {
        match self.last {
            None => Ok(Ran::Done),
            Some(last) => Err(format!("{} rows failed, the last: {last}", self.failed).into()),
        }
    }
}
