//! Mercado Pago's JSON, read as it is sent: ids are numbers here and strings there, amounts are decimals that must not
//! become floats, dates carry offsets, and any field may be null.

use crate::{CallError, money::cents_from_decimal};
use chrono::{DateTime, SubsecRound, Utc};
use domain::Cents;
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error};
use serde_json::value::RawValue;

/// An id, whether written as a number or as a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Id(pub(super) String);

impl Id {
    /// The id in a value that may be anything.
    pub(super) fn of_value(value: &serde_json::Value) -> Option<String> {
        match value {
            serde_json::Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            serde_json::Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        serde_json::from_str(text).map(Self).map_err(|_| D::Error::custom("an id is neither an integer nor a string"))
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount(pub(super) Cents);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        cents_from_decimal(raw.get()).map(Self).map_err(D::Error::custom)
    }
}

/// An instant, cut to what the database keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instant(pub(super) DateTime<Utc>);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        DateTime::parse_from_rfc3339(&text)
            .or_else(|_| DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%z"))
            .map(|instant| Self(instant.to_utc().trunc_subsecs(6)))
            .map_err(|_| D::Error::custom(format!("`{}` is no instant with an offset", clip(&text, 40))))
    }
}

/// How Mercado Pago wants instants written: milliseconds and an offset.
pub(super) fn written(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// Something of which only the id matters here.
#[derive(Deserialize)]
pub(super) struct Reference {
    pub(super) id: Option<Id>,
}

/// Reads the answer to a read.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, CallError> {
    serde_json::from_slice(body).map_err(|error| CallError::Malformed(clip(&error.to_string(), 200)))
}

/// Reads the answer to a write: what cannot be read may still have happened.
pub(super) fn read_written<T: DeserializeOwned>(body: &[u8]) -> Result<T, CallError> {
    read(body).map_err(as_unknown)
}

/// A write whose answer makes no sense may have happened.
pub(super) fn as_unknown(error: CallError) -> CallError {
    match error {
        CallError::Malformed(why) => CallError::Unknown(why),
        error => error,
    }
}

/// The field, or what is missing.
pub(super) fn required<T>(field: Option<T>, name: &str) -> Result<T, CallError> {
    field.ok_or_else(|| CallError::Malformed(format!("{name} is missing")))
}

/// Someone else's text made fit for a log line and a column: no control characters, at most `most` characters.
pub(super) fn clip(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbers_or_strings() {
        let id = |json: &str| serde_json::from_str::<Id>(json).map(|id| id.0).ok();
        assert_eq!(id("146000000001").as_deref(), Some("146000000001"));
        assert_eq!(id("\"146000000001\"").as_deref(), Some("146000000001"));
        assert_eq!(id("98765432109876543210987").as_deref(), Some("98765432109876543210987"));
        for wrong in ["1.5", "1e3", "-1", "{}", "true", "null"] {
            assert_eq!(id(wrong), None, "{wrong}");
        }
        assert_eq!(serde_json::from_str::<Option<Id>>("null").unwrap(), None);
    }

    #[test]
    fn instants_with_and_without_fractions() {
        let instant =
            |text: &str| serde_json::from_value::<Instant>(text.into()).ok().map(|instant| written(instant.0));
        let expected = Some("2026-02-20T23:34:35.000+00:00".to_owned());
        for text in [
            "2026-02-20T19:34:35.000-04:00",
            "2026-02-20T19:34:35-04:00",
            "2026-02-20T23:34:35Z",
            "2026-02-20T19:34:35.000-0400",
        ] {
            assert_eq!(instant(text), expected, "{text}");
        }
        for wrong in ["", "2026-02-20", "2026-02-20T19:34:35", "yesterday"] {
            assert_eq!(instant(wrong), None, "{wrong}");
        }
    }
}
