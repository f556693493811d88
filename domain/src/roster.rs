//! The roster: which waiter has which sector on which day.
//!
//! An assignment is for one day, or, without a date, stands every day, so that a forgotten roster locks nobody out
//! (design.md §9). The day's own word counts before the standing one: where a sector has assignments for a day, its
//! standing ones for the same shift do not count on that day.

use crate::text::Refused;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A day of a roster, `YYYY-MM-DD`, in the years that every calendar on the way can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = Date)]
pub struct RosterDay(NaiveDate);

impl RosterDay {
    /// The day.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }
}

impl TryFrom<String> for RosterDay {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
        match day.filter(|day| text.len() == 10 && (1..=9999).contains(&day.year())) {
            Some(day) => Ok(Self(day)),
            None => Err(Refused::new("must be a day of the form YYYY-MM-DD")),
        }
    }
}

impl From<RosterDay> for String {
    fn from(day: RosterDay) -> Self {
        day.0.format("%Y-%m-%d").to_string()
    }
}

/// Whether an assignment counts on `day`: it is for that day, or it stands and none of `replaced_on` is the day, which
/// are the days with assignments of its sector for its shift.
#[must_use]
pub fn counts_on(date: Option<NaiveDate>, replaced_on: &[NaiveDate], day: NaiveDate) -> bool {
    date.map_or_else(|| !replaced_on.contains(&day), |date| date == day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        RosterDay::try_from(text.to_owned()).unwrap().date()
    }

    #[test]
    fn days_have_four_digits_for_the_year() {
        assert_eq!(String::from(RosterDay(day("2026-11-24"))), "2026-11-24");
        for wrong in ["", "2026-02-30", "24/11/2026", "12026-01-01", "0000-01-01", "2026-1-1"] {
            assert!(RosterDay::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_days_own_word_counts_before_the_standing_one() {
        let (today, tomorrow) = (day("2026-11-24"), day("2026-11-25"));
        assert!(counts_on(Some(today), &[today], today) && !counts_on(Some(tomorrow), &[], today));
        assert!(counts_on(None, &[], today) && counts_on(None, &[tomorrow], today));
        assert!(!counts_on(None, &[tomorrow, today], today));
    }
}
