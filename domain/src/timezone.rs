//! "Today" is the branch's day, not the server's.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

/// The zone of a branch when none is given (C3).
pub const DEFAULT_TIME_ZONE: &str = "America/Argentina/Mendoza";

/// The civil date at `now` in the branch's IANA zone. An unknown zone name counts as UTC: a typo must not lock the
/// waiters out.
#[must_use]
pub fn local_date(now: DateTime<Utc>, zone: &str) -> NaiveDate {
    local_time(now, zone).date()
}

/// The business day of what happens at `now` in a branch: the one function of it. Whoever writes an order, a void, a
/// payment or a movement of the drawer keeps its day with it, so that nothing that changes later moves it (I11).
#[must_use]
pub fn business_day(now: DateTime<Utc>, zone: &str) -> NaiveDate {
    local_date(now, zone)
}

/// What the clock on the branch's wall shows at `now`.
#[must_use]
pub fn local_time(now: DateTime<Utc>, zone: &str) -> NaiveDateTime {
    now.with_timezone(&zone.parse::<Tz>().unwrap_or(Tz::UTC)).naive_local()
}

/// When a civil day begins and ends in the branch's zone; `None` for a day no calendar shows. Where midnight does not
/// exist, because the clocks go forward, the day begins with the first minute that does.
#[must_use]
pub fn day_bounds(day: NaiveDate, zone: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let begin = |day: NaiveDate| instant_of(day.and_time(NaiveTime::MIN), zone);
    Some((begin(day)?, begin(day.succ_opt()?)?))
}

/// When the clock on the branch's wall first shows `local`, or, where it skips that minute, the first minute after the
/// gap; `None` beyond the calendar. Later local times never come earlier.
#[must_use]
pub fn instant_of(local: NaiveDateTime, zone: &str) -> Option<DateTime<Utc>> {
    let zone = zone.parse::<Tz>().unwrap_or(Tz::UTC);
    // The widest gap there ever was is a day: Samoa crossed the date line.
    (0..=25 * 60).find_map(|minutes| {
        let local = local.checked_add_signed(chrono::TimeDelta::minutes(minutes))?;
        zone.from_local_datetime(&local).earliest().map(|instant| instant.to_utc())
    })
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

    #[test]
    fn a_day_is_as_long_as_the_zone_makes_it() {
        let hours = |day: &str, zone: &str| {
            let (from, to) = day_bounds(day.parse().unwrap(), zone).unwrap();
            (to - from).num_hours()
        };
        assert_eq!(hours("2026-01-11", DEFAULT_TIME_ZONE), 24);
        assert_eq!(hours("2026-03-29", "Europe/Madrid"), 23);
        assert_eq!(hours("2026-10-25", "Europe/Madrid"), 25);
        // Midnight itself is skipped.
        assert_eq!(hours("2018-11-04", "America/Sao_Paulo"), 23);
        assert!(day_bounds(NaiveDate::MAX, "UTC").is_none());
    }
}
