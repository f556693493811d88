//! Backoff: decides when failed work is tried again, and when it goes to a person instead.
//!
//! There are five retries after the first try, 10, 20, 40, 80 and 160 s apart in production. Work that fails after that
//! is a dead letter.

use std::time::Duration;

/// How often work is tried again.
pub const MAX_RETRIES: u32 = 5;

/// The longest wait, before jitter.
pub const LONGEST: Duration = Duration::from_secs(3600);

/// How often a piece of work has failed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attempts(pub u32);

/// The decision about work that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDecision {
    /// Try again after this time.
    Retry(Duration),
    /// A person looks at it.
    DeadLetter,
}

impl Attempts {
    /// Counts one more failure.
    #[must_use]
    pub const fn failed(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Decides what happens next; the failure just seen is counted already. `base` and `jitter` are those of [`delay`].
    #[must_use]
    pub fn next(self, base: Duration, jitter: u16) -> RetryDecision {
        if self.0 > MAX_RETRIES { RetryDecision::DeadLetter } else { RetryDecision::Retry(delay(self, base, jitter)) }
    }
}

/// Computes how long to wait after so many failures.
///
/// The wait is `base`, doubled with each further failure, an hour at most. `jitter` (0 to 999 thousandths, drawn by the
/// caller) adds up to a fifth, so that work that failed together is not retried together.
#[must_use]
pub fn delay(failures: Attempts, base: Duration, jitter: u16) -> Duration {
    let doublings = failures.0.saturating_sub(1).min(31);
    let wait = base.saturating_mul(1 << doublings).min(LONGEST);
    wait + wait * u32::from(jitter.min(999)) / 5000
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Duration = Duration::from_secs(10);

    #[test]
    fn five_retries_then_a_person() {
        let mut failures = Attempts::default();
        let mut waits = Vec::new();
        let end = loop {
            failures = failures.failed();
            match failures.next(BASE, 0) {
                RetryDecision::Retry(wait) => waits.push(wait.as_secs()),
                RetryDecision::DeadLetter => break failures,
            }
        };
        assert_eq!(waits, [10, 20, 40, 80, 160]);
        assert_eq!(end, Attempts(6));
    }

    #[test]
    fn the_wait_has_a_ceiling_and_jitter_adds_a_fifth_at_most() {
        assert_eq!(delay(Attempts(u32::MAX), BASE, 0), LONGEST);
        assert_eq!(delay(Attempts(0), BASE, 0), BASE);
        assert_eq!(delay(Attempts(1), BASE, 500), Duration::from_secs(11));
        assert!(delay(Attempts(1), BASE, u16::MAX) < Duration::from_secs(12));
        assert_eq!(delay(Attempts(3), Duration::from_millis(1), 0), Duration::from_millis(4));
    }
}
