//! Time is a parameter, so that a test can hold it still.

use chrono::{DateTime, SubsecRound, Utc};

/// Tells the time in UTC.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present instant, cut to microseconds: what PostgreSQL keeps, so an instant reads back as it was written.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}
