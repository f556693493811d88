//! The provider's own time: a test can hold it still, run it faster or move it ahead, and retries follow.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};
use tokio::sync::watch;

/// How the fake's time passes when nobody moves it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    /// With the machine's clock.
    #[default]
    Real,
    /// Not at all: it stands at this instant until [`Clock::advance`].
    Fixed(DateTime<Utc>),
    /// From now on, so many times as fast as the machine's clock: at 900 a retry due in 15 minutes goes out in a
    /// second.
    Fast(u32),
}

/// A shared clock; copies tell the same time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    start: DateTime<Utc>,
    began: Instant,
    speed: u32,
    ahead: Mutex<TimeDelta>,
    // Rings whenever time or a queue changes, so that sleepers look again.
    changed: watch::Sender<()>,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    pub(crate) fn new(pace: Pace) -> Self {
        let (start, speed) = match pace {
            Pace::Real => (Utc::now(), 1),
            Pace::Fixed(instant) => (instant, 0),
            Pace::Fast(speed) => (Utc::now(), speed),
        };
        let (changed, _) = watch::channel(());
        Self(Arc::new(Inner { start, began: Instant::now(), speed, ahead: Mutex::new(TimeDelta::zero()), changed }))
    }

    /// The present instant at the provider.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let ahead = *self.0.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = self.0.began.elapsed().saturating_mul(self.0.speed);
        self.0.start + TimeDelta::from_std(passed).unwrap_or(TimeDelta::zero()) + ahead
    }

    /// Moves the time ahead; what has become due by then goes out at once.
    pub fn advance(&self, by: Duration) {
        *self.0.ahead.lock().unwrap_or_else(PoisonError::into_inner) += delta(by);
        self.ring();
    }

    /// Moves the time ahead to `instant`; never back.
    pub fn advance_to(&self, instant: DateTime<Utc>) {
        if let Ok(by) = (instant - self.now()).to_std() {
            self.advance(by);
        }
    }

    /// How long the machine waits for `instant`; `None` when only [`Clock::advance`] gets there.
    pub(crate) fn wait(&self, instant: DateTime<Utc>) -> Option<Duration> {
        let ahead = (instant - self.now()).to_std().unwrap_or_default();
        // A rounded-down wait would find the instant not yet come and spin.
        (self.0.speed > 0).then(|| ahead / self.0.speed + Duration::from_millis(1))
    }

    /// `virtual_time` of this clock in the machine's time; a standing clock counts as a real one.
    pub(crate) fn shrink(&self, virtual_time: Duration) -> Duration {
        virtual_time / self.0.speed.max(1)
    }

    pub(crate) fn ring(&self) {
        self.0.changed.send_replace(());
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }
}

/// A duration that may be added to an instant; absurdly long ones count as a century.
pub(crate) fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::days(36_500))
}

/// An instant as the provider's resources spell it: offset -04:00 and whole seconds, so two states can share a stamp.
pub(crate) fn stamp(instant: DateTime<Utc>) -> String {
    let west = FixedOffset::west_opt(4 * 3600).expect("four hours are a valid offset");
    instant.with_timezone(&west).format("%Y-%m-%dT%H:%M:%S.000%:z").to_string()
}

/// An instant as the notifications spell it: UTC, whole seconds.
pub(crate) fn utc_stamp(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Reads the dates clients send: RFC 3339, or an offset without its colon.
pub(crate) fn parse(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .ok()
        .map(|instant| instant.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let start = parse("2026-02-20T23:34:35.750Z").expect("a date");
        let clock = Clock::new(Pace::Fixed(start));
        assert_eq!(clock.now(), start);
        assert_eq!(clock.wait(start + TimeDelta::hours(1)), None);
        clock.advance(Duration::from_secs(60));
        assert_eq!(clock.now(), start + TimeDelta::minutes(1));
        clock.advance_to(start);
        assert_eq!(clock.now(), start + TimeDelta::minutes(1), "never back");
        assert_eq!(stamp(start), "2026-02-20T19:34:35.000-04:00");
        assert_eq!(utc_stamp(start), "2026-02-20T23:34:35Z");
        assert_eq!(parse("2026-02-20T19:34:35.750-0400"), Some(start));
    }

    #[test]
    fn a_fast_clock_shortens_waits() {
        let clock = Clock::new(Pace::Fast(900));
        let wait = clock.wait(clock.now() + TimeDelta::minutes(15)).expect("it runs");
        assert!(wait <= Duration::from_millis(1002), "{wait:?}");
        assert_eq!(clock.shrink(Duration::from_secs(900)), Duration::from_secs(1));
    }
}
