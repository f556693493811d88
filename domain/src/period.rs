//! Which days a report is about, counted on the branch's own calendar.
//!
//! A request says it in one of three ways: so many days up to today, from one day to another, or one end of that. What
//! it means follows from the branch's today alone, so two branches of one report may mean different instants.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

/// The longest period of one report, in days: a leap year.
pub const MAX_DAYS: i64 = 366;
/// What the dashboard asks for when it says nothing.
pub const DEFAULT_DAYS: i64 = 30;

/// The days of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    days: i64,
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
}

/// Why a period was refused; names the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodRefused {
    /// Too few or too many days.
    #[error("days: must be from 1 to {MAX_DAYS}")]
    Days,
    /// The wrong way round.
    #[error("date_from: must not be after date_to")]
    Order,
    /// Too long.
    #[error("date_from: a report covers at most {MAX_DAYS} days")]
    TooLong,
    /// No day that a restaurant had or will have.
    #[error("date_from, date_to: must be from 1970 to 9999")]
    Range,
}

/// An instant of the calendar that both databases can write: 1970 to 9999. What lies outside is moved to its edge, so
/// that a filter by it finds what it would find.
#[must_use]
pub fn writable(instant: DateTime<Utc>) -> DateTime<Utc> {
    /// The begin of the year 9999.
    const LAST: DateTime<Utc> = DateTime::from_timestamp(253_370_764_800, 0).expect("the year 9999 exists");
    instant.clamp(DateTime::UNIX_EPOCH, LAST)
}

impl Period {
    /// One day.
    #[must_use]
    pub const fn day(day: NaiveDate) -> Self {
        Self { days: 1, first: Some(day), last: Some(day) }
    }

    /// The period asked for: `days` up to `last` (today where none is said), or from `first` on, which then wins.
    /// `today` is any zone's: it only keeps an open end from reaching too far back.
    ///
    /// # Errors
    /// It is empty, longer than [`MAX_DAYS`], or outside of the calendar.
    pub fn new(
        days: Option<i64>,
        first: Option<NaiveDate>,
        last: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Result<Self, PeriodRefused> {
        let days = days.unwrap_or(DEFAULT_DAYS);
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(PeriodRefused::Days);
        }
        if [first, last].into_iter().flatten().any(|day| !(1970..=9999).contains(&day.year())) {
            return Err(PeriodRefused::Range);
        }
        if let Some(first) = first {
            // The branch may be a day ahead of whoever says what today is.
            let slack = if last.is_some() { 0 } else { 1 };
            if last.is_some_and(|last| first > last) {
                return Err(PeriodRefused::Order);
            }
            if (last.unwrap_or(today) - first).num_days() >= MAX_DAYS + slack {
                return Err(PeriodRefused::TooLong);
            }
        }
        Ok(Self { days, first, last })
    }

    /// The first and the last day where it is `today`; `None` when there are none yet.
    #[must_use]
    pub fn at(self, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let last = self.last.unwrap_or(today);
        let first = match self.first {
            Some(first) => first,
            None => last.checked_sub_signed(TimeDelta::days(self.days - 1))?,
        };
        (first <= last).then_some((first, last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(
        days: Option<i64>,
        first: Option<&str>,
        last: Option<&str>,
    ) -> Result<Option<(String, String)>, PeriodRefused> {
        let today = day("2026-03-10");
        let period = Period::new(days, first.map(day), last.map(day), today)?;
        Ok(period.at(today).map(|(first, last)| (first.to_string(), last.to_string())))
    }

    fn days(first: &str, last: &str) -> Result<Option<(String, String)>, PeriodRefused> {
        Ok(Some((first.to_owned(), last.to_owned())))
    }

    #[test]
    fn today_is_one_of_the_days() {
        assert_eq!(at(Some(1), None, None), days("2026-03-10", "2026-03-10"));
        assert_eq!(at(Some(7), None, None), days("2026-03-04", "2026-03-10"));
        assert_eq!(at(None, None, None), days("2026-02-09", "2026-03-10"));
        assert_eq!(Period::day(day("2026-01-01")).at(day("2026-03-10")), Some((day("2026-01-01"), day("2026-01-01"))));
    }

    #[test]
    fn dates_win_over_days() {
        assert_eq!(at(Some(7), Some("2026-01-01"), Some("2026-01-31")), days("2026-01-01", "2026-01-31"));
        assert_eq!(at(Some(7), Some("2026-03-01"), None), days("2026-03-01", "2026-03-10"));
        assert_eq!(at(Some(7), None, Some("2026-01-31")), days("2026-01-25", "2026-01-31"));
        assert_eq!(at(None, Some("2026-04-01"), None), Ok(None));
    }

    #[test]
    fn a_report_is_bounded() {
        assert!(at(Some(366), None, None).is_ok());
        for wrong in [0, -1, 367, i64::MAX, i64::MIN] {
            assert_eq!(at(Some(wrong), None, None), Err(PeriodRefused::Days), "{wrong}");
        }
        assert!(at(None, Some("2024-01-01"), Some("2024-12-31")).is_ok());
        assert_eq!(at(None, Some("2023-12-31"), Some("2024-12-31")), Err(PeriodRefused::TooLong));
        assert_eq!(at(None, Some("2020-01-01"), None), Err(PeriodRefused::TooLong));
        assert_eq!(at(None, Some("2026-01-02"), Some("2026-01-01")), Err(PeriodRefused::Order));
        assert_eq!(at(None, Some("1969-12-31"), None), Err(PeriodRefused::Range));
        assert_eq!(at(None, None, Some("+10000-01-01")), Err(PeriodRefused::Range));
    }
}
