//! Background work under supervision: what runs now and then, whoever calls.
//!
//! A [`Job`] says how often it runs, what may wake it earlier and what it does; [`Jobs::start`] does the rest, the same
//! for every job: a run that fails or panics is counted, logged and followed by the next; a batch that was full is
//! followed by another at once; a stop waits for the run in hand. How each job is doing is in the metrics and in the
//! health report.

use crate::{
    Shutdown,
    health::{ComponentHealth, HealthStatus},
};
use futures_util::FutureExt;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::time::{Interval, MissedTickBehavior, interval};
use utoipa::ToSchema;

/// Why a run failed, for the log.
pub type JobError = Box<dyn std::error::Error + Send + Sync>;

/// A job that has not succeeded for so many of its intervals …
const MISSED_RUNS: u32 = 5;
/// … and at least for this long is late: a slow night must not darken the report of a job that runs every second.
const LATE: Duration = Duration::from_secs(60);
/// Full batches in a row, after which the job lets the others have the database for an interval.
const BATCHES: u32 = 200;

/// What one run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// Nothing is left to do now.
    Done,
    /// The batch was full: there is more, to be done at once.
    More,
}

/// A piece of background work.
#[async_trait::async_trait]
pub trait Job: Send + 'static {
    /// Its name in metrics, log and health report: `noun.verb`.
    fn name(&self) -> &'static str;

    /// The pause between the end of one run and the beginning of the next.
    fn every(&self) -> Duration;

    /// Resolves when there is a reason to run before the interval is over. By default there is none.
    async fn woken(&mut self) {
        std::future::pending().await
    }

    /// Runs once.
    ///
    /// # Errors
    /// It failed; the next run tries again. A job with many rows goes on to the next row by itself and fails at the
    /// end.
    async fn run(&mut self) -> Result<Ran, JobError>;

    /// Ends what a run left in hand, when the process stops.
    async fn finish(&mut self) {}
}

/// A job that is only an interval and a function.
pub struct Periodic<F> {
    name: &'static str,
    every: Duration,
    run: F,
}

impl<F, Fut> Periodic<F>
where
    F: FnMut() -> Fut + Send + 'static,
    Fut: Future<Output = Result<Ran, JobError>> + Send,
{
    /// Runs `run` every `every`.
    pub const fn new(name: &'static str, every: Duration, run: F) -> Self {
        Self { name, every, run }
    }
}

#[async_trait::async_trait]
impl<F, Fut> Job for Periodic<F>
where
    F: FnMut() -> Fut + Send + 'static,
    Fut: Future<Output = Result<Ran, JobError>> + Send,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn every(&self) -> Duration {
        self.every
    }

    async fn run(&mut self) -> Result<Ran, JobError> {
        (self.run)().await
    }
}

/// How a job has done since the start of the process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobReport {
    /// `noun.verb`
    pub name: &'static str,
    /// Runs that ended, well or not.
    pub runs: u64,
    /// Runs that failed or panicked.
    pub failures: u64,
    /// How long ago the last run ended well, in seconds; since the start where none has.
    pub age_seconds: u64,
    /// Why the last run failed; absent when it ended well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// All jobs of the process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Jobs(Arc<Mutex<BTreeMap<&'static str, Progress>>>);

#[derive(Debug)]
struct Progress {
    every: Duration,
    runs: u64,
    failures: u64,
    good_at: Instant,
    last_error: Option<String>,
}

impl Jobs {
    /// Starts a job, which runs until the process stops; the stop waits for the run in hand.
    pub fn start(&self, shutdown: &Shutdown, job: impl Job) {
        let fresh = Progress { every: job.every(), runs: 0, failures: 0, good_at: Instant::now(), last_error: None };
        self.lock().insert(job.name(), fresh);
        let (jobs, stop) = (self.clone(), shutdown.clone());
        shutdown.spawn(async move { jobs.supervise(job, &stop).await });
    }

    async fn supervise(&self, mut job: impl Job, shutdown: &Shutdown) {
        let mut pace = pace(job.every());
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                // A wake-up that panics must not wake at once again and for ever.
                woken = AssertUnwindSafe(job.woken()).catch_unwind() => if woken.is_err() { pace.tick().await; },
                _ = pace.tick() => {}
            }
            for _ in 0..BATCHES {
                let more = self.run_once(&mut job).await == Ran::More;
                if !more || shutdown.is_cancelled() {
                    break;
                }
            }
        }
        job.finish().await;
    }

    async fn run_once(&self, job: &mut impl Job) -> Ran {
        let (name, began) = (job.name(), Instant::now());
        let outcome = match AssertUnwindSafe(job.run()).catch_unwind().await {
            Ok(Ok(ran)) => Ok(ran),
            Ok(Err(error)) => Err(error.to_string()),
            Err(panic) => Err(format!("panicked: {}", message(&*panic))),
        };
        metrics::histogram!("job_seconds", "job" => name).record(began.elapsed());
        let result = if outcome.is_ok() { "done" } else { "failed" };
        metrics::counter!("job_runs_total", "job" => name, "result" => result).increment(1);
        if let Err(why) = &outcome {
            tracing::warn!(job = name, why, "a job failed; its next run tries again");
        }
        self.note(name, outcome.as_ref().err().cloned());
        outcome.unwrap_or(Ran::Done)
    }

    fn note(&self, name: &'static str, failure: Option<String>) {
        let mut all = self.lock();
        let Some(progress) = all.get_mut(name) else { return };
        progress.runs += 1;
        progress.failures += u64::from(failure.is_some());
        if failure.is_none() {
            progress.good_at = Instant::now();
        }
        progress.last_error = failure;
        let age = if progress.last_error.is_none() { 0.0 } else { progress.good_at.elapsed().as_secs_f64() };
        metrics::gauge!("job_age_seconds", "job" => name).set(age);
    }

    /// How each job is doing, by name.
    #[must_use]
    pub fn reports(&self) -> Vec<JobReport> {
        let report = |(name, progress): (&&'static str, &Progress)| JobReport {
            name,
            runs: progress.runs,
            failures: progress.failures,
            age_seconds: progress.good_at.elapsed().as_secs(),
            last_error: progress.last_error.clone(),
        };
        self.lock().iter().map(report).collect()
    }

    /// All jobs as one component of the health report: degraded while one has not ended well for too long.
    #[must_use]
    pub fn health(&self) -> ComponentHealth {
        let late: Vec<_> =
            self.lock().iter().filter(|(_, progress)| progress.is_late()).map(|(name, _)| *name).collect();
        if late.is_empty() {
            return ComponentHealth::new("jobs", HealthStatus::Up);
        }
        ComponentHealth::new("jobs", HealthStatus::Degraded).because(format!("late: {}", late.join(", ")))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Progress>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    fn is_late(&self) -> bool {
        self.good_at.elapsed() > LATE.max(self.every * MISSED_RUNS)
    }
}

/// A run that took too long is followed by a pause, not by a burst of runs.
fn pace(every: Duration) -> Interval {
    let mut pace = interval(every);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pace
}

/// What a panic said.
fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::Notify;

    /// Does what its script says, run by run, then nothing.
    struct Scripted {
        script: Vec<fn() -> Result<Ran, JobError>>,
        runs: Arc<AtomicU32>,
        every: Duration,
        wake: Arc<Notify>,
        finished: Arc<AtomicU32>,
    }

    #[async_trait::async_trait]
    impl Job for Scripted {
        fn name(&self) -> &'static str {
            "test.scripted"
        }
        fn every(&self) -> Duration {
            self.every
        }
        async fn woken(&mut self) {
            self.wake.notified().await;
        }
        async fn run(&mut self) -> Result<Ran, JobError> {
            let run = self.runs.fetch_add(1, Ordering::SeqCst) as usize;
            self.script.get(run).map_or(Ok(Ran::Done), |step| step())
        }
        async fn finish(&mut self) {
            self.finished.fetch_add(1, Ordering::SeqCst);
        }
    }

    struct Bench {
        jobs: Jobs,
        shutdown: Shutdown,
        runs: Arc<AtomicU32>,
        wake: Arc<Notify>,
        finished: Arc<AtomicU32>,
    }

    impl Bench {
        fn of(every: Duration, script: Vec<fn() -> Result<Ran, JobError>>) -> Self {
            let bench = Self {
                jobs: Jobs::default(),
                shutdown: Shutdown::new(Duration::from_secs(5)),
                runs: Arc::default(),
                wake: Arc::default(),
                finished: Arc::default(),
            };
            let (runs, wake, finished) = (bench.runs.clone(), bench.wake.clone(), bench.finished.clone());
            bench.jobs.start(&bench.shutdown, Scripted { script, runs, every, wake, finished });
            bench
        }

        async fn until(&self, runs: u32) {
            while self.runs.load(Ordering::SeqCst) < runs {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }

        fn report(&self) -> JobReport {
            self.jobs.reports().remove(0)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_and_a_panic_are_counted_and_followed_by_the_next_run() {
        let bench =
            Bench::of(Duration::from_secs(1), vec![|| Err("no database".into()), || panic!("a bug"), || Ok(Ran::Done)]);
        bench.until(2).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
        let report = bench.report();
        assert_eq!((report.runs, report.failures), (2, 2));
        assert_eq!(report.last_error.as_deref(), Some("panicked: a bug"));
        bench.until(3).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(bench.report().last_error, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_batch_is_followed_by_another_without_a_pause() {
        let bench = Bench::of(Duration::from_secs(3600), vec![|| Ok(Ran::More), || Ok(Ran::More), || Ok(Ran::Done)]);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(bench.report().runs, 3);
        bench.wake.notify_one();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(bench.report().runs, 4, "woken before the hour is over");
    }

    #[tokio::test(start_paused = true)]
    async fn batches_that_are_always_full_leave_a_pause_to_others() {
        let bench = Bench::of(Duration::from_secs(3600), vec![|| Ok(Ran::More); 1000]);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(bench.report().runs, u64::from(BATCHES));
    }

    #[tokio::test]
    async fn a_stop_waits_for_the_run_in_hand_and_for_what_it_left() {
        let bench = Bench::of(Duration::from_millis(1), Vec::new());
        bench.until(3).await;
        assert!(bench.shutdown.drain().await);
        let runs = bench.runs.load(Ordering::SeqCst);
        assert_eq!(bench.finished.load(Ordering::SeqCst), 1);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(bench.runs.load(Ordering::SeqCst), runs, "nothing runs after the stop");
    }

    #[test]
    fn a_job_is_late_when_it_has_not_ended_well_for_long() {
        let jobs = Jobs::default();
        let Some(long_ago) = Instant::now().checked_sub(LATE * 2) else { return };
        let progress = |every| Progress { every, runs: 9, failures: 9, good_at: long_ago, last_error: None };
        jobs.lock().insert("hourly", progress(Duration::from_secs(3600)));
        assert_eq!(jobs.health().status, HealthStatus::Up);
        jobs.lock().insert("every_second", progress(Duration::from_secs(1)));
        let health = jobs.health();
        assert_eq!((health.status, health.detail.as_deref()), (HealthStatus::Degraded, Some("late: every_second")));
    }
}
