//! What the office says of a member of staff, checked where it enters (C10, admin-kitchen.md §5.4, §5.6).

use crate::{
    BranchId, Role,
    text::{Refused, text_access},
};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A role held in a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Post {
    /// Where.
    pub branch_id: BranchId,
    /// As what.
    pub role: Role,
}

/// A new password: 8 to 128 characters of any kind. It shows itself to nobody but [`as_str`](Self::as_str).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Password(String);

impl Password {
    /// The password, to be hashed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Password {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        if (8..=128).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(Refused::new("must have 8 to 128 characters"))
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A telephone number as dialled: 6 to 15 digits, with spaces, hyphens, points, brackets and a leading plus as people
/// write them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl TryFrom<String> for Phone {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let text = text.trim();
        let dialled = text.strip_prefix('+').unwrap_or(text);
        if text.len() <= 30 && digits(dialled, " -.()").is_some_and(|digits| (6..=15).contains(&digits)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refused::new("must be a telephone number of 6 to 15 digits"))
        }
    }
}

/// The number of an identity card: 7 to 9 digits, with or without points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Dni(String);

impl TryFrom<String> for Dni {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let text = text.trim();
        if text.len() <= 12 && digits(text, ".").is_some_and(|digits| (7..=9).contains(&digits)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refused::new("must have 7 to 9 digits"))
        }
    }
}

/// How many digits; `None` when something is neither a digit nor one of `between`.
fn digits(text: &str, between: &str) -> Option<usize> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.chars().all(|c| c.is_ascii_digit() || between.contains(c)).then_some(digits)
}

/// The day somebody began to work here, `YYYY-MM-DD`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HireDate(String);

impl HireDate {
    /// Whether the day has begun somewhere: in the easternmost zone it does 14 hours before it does in UTC.
    #[must_use]
    pub fn has_begun(&self, now: DateTime<Utc>) -> bool {
        let latest = (now + TimeDelta::hours(14)).date_naive();
        parse(&self.0).is_some_and(|day| day <= latest)
    }
}

impl TryFrom<String> for HireDate {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let text = text.trim();
        match parse(text).filter(|day| text.len() == 10 && (1900..=9999).contains(&day.year())) {
            Some(day) => Ok(Self(day.format("%Y-%m-%d").to_string())),
            None => Err(Refused::new("must be a day of the form YYYY-MM-DD")),
        }
    }
}

fn parse(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

text_access! {
    [] Phone, { .max_length(Some(30)).pattern(Some(r"^\+?[ \-.()]*([0-9][ \-.()]*){6,15}$")) };
    [] Dni, { .max_length(Some(12)).pattern(Some(r"^\.*([0-9]\.*){7,9}$")) };
    [] HireDate, { .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Date))) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn accepts<T: TryFrom<String>>(text: &str) -> bool {
        T::try_from(text.to_owned()).is_ok()
    }

    #[test]
    fn passwords_are_long_enough_and_show_themselves_to_nobody() {
        assert!(["tempPassword123", "ñandúes!", "12345678"].into_iter().all(accepts::<Password>));
        assert!(!["", "1234567"].into_iter().any(accepts::<Password>));
        assert!(accepts::<Password>(&"x".repeat(128)) && !accepts::<Password>(&"x".repeat(129)));
        let password = Password::try_from("tempPassword123".to_owned()).unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
    }

    #[test]
    fn numbers_are_those_people_write() {
        assert!(["+54 261 123-4567", "(261) 555.1234", "123456"].into_iter().all(accepts::<Phone>));
        assert!(!["", "12345", "1234567890123456", "call me", "12+345678"].into_iter().any(accepts::<Phone>));
        assert!(["30123456", "30.123.456", "1234567"].into_iter().all(accepts::<Dni>));
        assert!(!["", "123456", "1234567890", "30-123-456", "A1234567"].into_iter().any(accepts::<Dni>));
    }

    #[test]
    fn nobody_begins_tomorrow() {
        let now = Utc.with_ymd_and_hms(2026, 11, 24, 8, 0, 0).unwrap();
        let day = |text: &str| HireDate::try_from(text.to_owned()).unwrap();
        assert!(day("2026-11-24").has_begun(now) && day("1999-01-01").has_begun(now));
        assert!(!day("2026-11-25").has_begun(now));
        assert!(day("2026-11-25").has_begun(now + TimeDelta::hours(2)), "on Kiritimati it is");
        assert!(!["", "2026-02-30", "24/11/2026", "1899-12-31", "2026-1-1"].into_iter().any(accepts::<HireDate>));
    }
}
