//! "Today" is the branch's day, not the server's.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;

/// The zone of a branch when none is given (contract/admin-kitchen.md §2.C3).
pub const DEFAULT_TIME_ZONE: &str = "America/Argentina/Mendoza";

/// The civil date at `now` in the branch's IANA zone. An unknown zone name counts as UTC: a typo must not lock the waiters out.
#[must_use]
pub fn local_date(now: DateTime<Utc>, zone: &str) -> NaiveDate {
    local_time(now, zone).date()
}

/// What the clock on the branch's wall shows at `now`.
#[must_use]
pub fn local_time(now: DateTime<Utc>, zone: &str) -> NaiveDateTime {
    now.with_timezone(&zone.parse::<Tz>().unwrap_or(Tz::UTC)).naive_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_branch_day_ends_at_local_midnight() {
        let now = "2026-01-11T02:30:00Z".parse().unwrap();
        assert_eq!(local_date(now, DEFAULT_TIME_ZONE).to_string(), "2026-01-10");
        assert_eq!(local_date(now, "UTC").to_string(), "2026-01-11");
        assert_eq!(local_date(now, "Mars/Olympus").to_string(), "2026-01-11");
    }
}
