//! Circuit breakers: after a few failures in a row a call is refused at once instead of waiting for a time-out, and
//! after a pause single calls try whether the other side is back.
//!
//! One circuit a key (an account at a payment provider), so that one account's trouble refuses nobody else's calls.
//! A circuit is a few words behind a mutex that is never held across a call.

use serde::Serialize;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use utoipa::ToSchema;

/// When circuits open and close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerConfig {
    /// Failures in a row that open a circuit.
    pub failures: u32,
    /// How long an open circuit refuses.
    pub cooldown: Duration,
    /// Successes in a row, after the pause, that close it.
    pub successes: u32,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 5, cooldown: Duration::from_secs(30), successes: 2 }
    }
}

/// What a circuit does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BreakerPhase {
    /// Lets them through.
    Closed,
    /// Refuses them.
    Open,
    /// Lets one through at a time, to see.
    HalfOpen,
}

/// One circuit, for the health report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BreakerState {
    /// Its key.
    pub name: String,
    /// What it does with calls now.
    pub state: BreakerPhase,
    /// Failures in a row.
    pub failures: u32,
    /// Whole seconds until a call is let through; only while open.
    pub retry_after_seconds: Option<u64>,
}

/// A refused call: how long until one may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter(pub Duration);

/// How long a caller waits when the circuit is trying out another call right now.
const WHILE_TRYING: Duration = Duration::from_secs(1);

/// The circuits of this process; cheap to clone.
#[derive(Clone)]
pub struct CircuitBreakers(Arc<Inner>);

struct Inner {
    config: BreakerConfig,
    now: Box<dyn Fn() -> Instant + Send + Sync>,
    circuits: Mutex<HashMap<String, Circuit>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Circuit {
    phase: Phase,
    /// Counts changes of phase. A call belongs to the phase it began in: one that began before the circuit opened tells
    /// nothing about the time since.
    era: u64,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Closed { failures: u32 },
    Open { since: Instant, failures: u32 },
    HalfOpen { successes: u32, trying: bool, failures: u32 },
}

impl Default for Phase {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl CircuitBreakers {
    /// Circuits that go by the machine's monotonic clock.
    #[must_use]
    pub fn new(config: BreakerConfig) -> Self {
        Self::with_time(config, Instant::now)
    }

    /// Circuits that go by `now`, so that a test can move it.
    #[must_use]
    pub fn with_time(config: BreakerConfig, now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner { config, now: Box::new(now), circuits: Mutex::default() }))
    }

    /// Asks to make a call.
    ///
    /// # Errors
    /// How long to wait, when the circuit of `key` is open or already trying a call.
    pub fn guard(&self, key: &str) -> Result<Permit, RetryAfter> {
        let now = (self.0.now)();
        let mut circuits = self.0.circuits();
        if !circuits.contains_key(key) {
            circuits.insert(key.to_owned(), Circuit::default());
        }
        let Some(circuit) = circuits.get_mut(key) else { return Err(RetryAfter(WHILE_TRYING)) };
        if let Phase::Open { since, failures } = circuit.phase {
            let open_for = now.saturating_duration_since(since);
            if let Some(wait) = self.0.config.cooldown.checked_sub(open_for).filter(|wait| !wait.is_zero()) {
                return Err(RetryAfter(wait));
            }
            circuit.enter(key, Phase::HalfOpen { successes: 0, trying: false, failures });
        }
        if let Phase::HalfOpen { trying, .. } = &mut circuit.phase {
            if *trying {
                return Err(RetryAfter(WHILE_TRYING.min(self.0.config.cooldown)));
            }
            *trying = true;
        }
        Ok(Permit { inner: Arc::clone(&self.0), key: key.to_owned(), era: circuit.era, told: false })
    }

    /// Every circuit ever asked for, by name.
    #[must_use]
    pub fn states(&self) -> Vec<BreakerState> {
        let now = (self.0.now)();
        let mut states: Vec<BreakerState> =
            self.0.circuits().iter().map(|(name, circuit)| circuit.state(name, now, self.0.config.cooldown)).collect();
        states.sort_by(|a, b| a.name.cmp(&b.name));
        states
    }
}

impl fmt::Debug for CircuitBreakers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreakers").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Inner {
    /// A panic cannot leave a circuit half written: every change is one assignment.
    fn circuits(&self) -> MutexGuard<'_, HashMap<String, Circuit>> {
        self.circuits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Circuit {
    fn enter(&mut self, key: &str, phase: Phase) {
        let value = match phase {
            Phase::Closed { .. } => 0.0,
            Phase::HalfOpen { .. } => 1.0,
            Phase::Open { .. } => 2.0,
        };
        metrics::gauge!("circuit_breaker_state", "name" => key.to_owned()).set(value);
        if matches!(phase, Phase::Open { .. }) {
            metrics::counter!("circuit_breaker_opened_total", "name" => key.to_owned()).increment(1);
            tracing::warn!(circuit = key, "the circuit opened");
        }
        self.phase = phase;
        self.era += 1;
    }

    fn succeed(&mut self, key: &str, config: &BreakerConfig) {
        match &mut self.phase {
            Phase::Closed { failures } => *failures = 0,
            Phase::Open { .. } => {}
            Phase::HalfOpen { successes, trying, .. } => {
                *trying = false;
                *successes += 1;
                if *successes >= config.successes {
                    self.enter(key, Phase::Closed { failures: 0 });
                    tracing::info!(circuit = key, "the circuit closed");
                }
            }
        }
    }

    fn fail(&mut self, key: &str, config: &BreakerConfig, now: Instant) {
        match &mut self.phase {
            Phase::Closed { failures } => {
                *failures += 1;
                let failures = *failures;
                if failures >= config.failures {
                    self.enter(key, Phase::Open { since: now, failures });
                }
            }
            Phase::Open { .. } => {}
            Phase::HalfOpen { failures, .. } => {
                let failures = failures.saturating_add(1);
                self.enter(key, Phase::Open { since: now, failures });
            }
        }
    }

    fn state(&self, name: &str, now: Instant, cooldown: Duration) -> BreakerState {
        let (state, failures, wait) = match self.phase {
            Phase::Closed { failures } => (BreakerPhase::Closed, failures, None),
            Phase::HalfOpen { failures, .. } => (BreakerPhase::HalfOpen, failures, None),
            Phase::Open { since, failures } => {
                let wait = cooldown.saturating_sub(now.saturating_duration_since(since));
                (BreakerPhase::Open, failures, Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)))
            }
        };
        BreakerState { name: name.to_owned(), state, failures, retry_after_seconds: wait }
    }
}

/// Leave to make one call. Say how it went; dropped without a word (a cancelled call) it counts as nothing.
#[must_use = "a permit stands for one call: make it and say how it went"]
pub struct Permit {
    inner: Arc<Inner>,
    key: String,
    era: u64,
    told: bool,
}

impl Permit {
    /// The other side answered.
    pub fn succeeded(mut self) {
        self.told = true;
        self.settle(|circuit, key, inner| circuit.succeed(key, &inner.config));
    }

    /// The other side did not answer, or not as one that works.
    pub fn failed(mut self) {
        self.told = true;
        let now = (self.inner.now)();
        self.settle(|circuit, key, inner| circuit.fail(key, &inner.config, now));
    }

    fn settle(&self, how: impl FnOnce(&mut Circuit, &str, &Inner)) {
        let mut circuits = self.inner.circuits();
        if let Some(circuit) = circuits.get_mut(&self.key).filter(|circuit| circuit.era == self.era) {
            how(circuit, &self.key, &self.inner);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.told {
            self.settle(|circuit, _, _| {
                if let Phase::HalfOpen { trying, .. } = &mut circuit.phase {
                    *trying = false;
                }
            });
        }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").field("key", &self.key).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn breakers() -> (CircuitBreakers, Arc<AtomicU64>) {
        let (start, seconds) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let time = Arc::clone(&seconds);
        let now = move || start + Duration::from_secs(time.load(Ordering::Relaxed));
        (CircuitBreakers::with_time(BreakerConfig::default(), now), seconds)
    }

    fn fail(breakers: &CircuitBreakers, times: u32) {
        for _ in 0..times {
            breakers.guard("a").unwrap().failed();
        }
    }

    fn phase(breakers: &CircuitBreakers) -> BreakerPhase {
        breakers.states()[0].state
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_a_success_between_starts_anew() {
        let (breakers, _) = breakers();
        fail(&breakers, 4);
        breakers.guard("a").unwrap().succeeded();
        fail(&breakers, 4);
        assert_eq!(phase(&breakers), BreakerPhase::Closed);
        fail(&breakers, 1);
        assert_eq!(breakers.guard("a").unwrap_err(), RetryAfter(Duration::from_secs(30)));
        breakers.guard("b").unwrap().succeeded();
        let states = serde_json::to_value(breakers.states()).unwrap();
        let open = serde_json::json!({"name": "a", "state": "open", "failures": 5, "retry_after_seconds": 30});
        assert_eq!(states[0], open);
        assert_eq!(states[1]["state"], "closed");
    }

    #[test]
    fn after_the_pause_one_call_at_a_time_and_two_successes_close_it() {
        let (breakers, seconds) = breakers();
        fail(&breakers, 5);
        seconds.store(29, Ordering::Relaxed);
        assert_eq!(breakers.guard("a").unwrap_err(), RetryAfter(Duration::from_secs(1)));
        seconds.store(30, Ordering::Relaxed);
        let first = breakers.guard("a").unwrap();
        assert_eq!(phase(&breakers), BreakerPhase::HalfOpen);
        breakers.guard("a").unwrap_err();
        first.succeeded();
        let second = breakers.guard("a").unwrap();
        breakers.guard("a").unwrap_err();
        second.succeeded();
        assert_eq!(phase(&breakers), BreakerPhase::Closed);
        fail(&breakers, 4);
        assert_eq!(phase(&breakers), BreakerPhase::Closed);
    }

    #[test]
    fn a_failure_after_the_pause_opens_it_for_another_pause() {
        let (breakers, seconds) = breakers();
        fail(&breakers, 5);
        seconds.store(30, Ordering::Relaxed);
        breakers.guard("a").unwrap().succeeded();
        breakers.guard("a").unwrap().failed();
        assert_eq!(breakers.guard("a").unwrap_err(), RetryAfter(Duration::from_secs(30)));
        seconds.store(60, Ordering::Relaxed);
        breakers.guard("a").unwrap().succeeded();
        assert_eq!(phase(&breakers), BreakerPhase::HalfOpen, "the first success was forgotten");
    }

    #[test]
    fn a_call_given_up_frees_its_place_and_counts_as_nothing() {
        let (breakers, seconds) = breakers();
        fail(&breakers, 4);
        drop(breakers.guard("a").unwrap());
        assert_eq!(breakers.states()[0].failures, 4);
        fail(&breakers, 1);
        seconds.store(30, Ordering::Relaxed);
        drop(breakers.guard("a").unwrap());
        assert_eq!(phase(&breakers), BreakerPhase::HalfOpen);
        breakers.guard("a").unwrap().succeeded();
    }

    #[test]
    fn a_call_from_before_the_pause_says_nothing_about_after_it() {
        let (breakers, seconds) = breakers();
        let (slow, slower, given_up) =
            (breakers.guard("a").unwrap(), breakers.guard("a").unwrap(), breakers.guard("a").unwrap());
        fail(&breakers, 5);
        seconds.store(30, Ordering::Relaxed);
        let trying = breakers.guard("a").unwrap();
        slow.failed();
        slower.succeeded();
        drop(given_up);
        assert_eq!(phase(&breakers), BreakerPhase::HalfOpen);
        breakers.guard("a").unwrap_err();
        trying.succeeded();
    }

    #[test]
    fn many_threads_get_one_permit() {
        let (breakers, seconds) = breakers();
        fail(&breakers, 5);
        seconds.store(30, Ordering::Relaxed);
        let permits: Vec<_> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..16).map(|_| scope.spawn(|| breakers.guard("a").ok())).collect();
            tries.into_iter().map(|tried| tried.join().unwrap()).collect()
        });
        assert_eq!(permits.iter().flatten().count(), 1);
    }
}
