//! Partial updates: a field that is absent stays as it is, one that is null is cleared (design.md §9). `Option` cannot
//! tell the two apart, and confusing them erases what an office never meant to touch.

use serde::{Deserialize, Deserializer};

/// What a partial update says of a field that may be empty. Declare it with `#[serde(default)]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not mentioned: it stays as it is.
    #[default]
    Absent,
    /// Cleared.
    Null,
    /// Set to this.
    Value(T),
}

impl<T> Patch<T> {
    /// The field after the update.
    #[must_use]
    pub fn or(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Absent => current,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// The same in another type.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(to(value)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

/// For a field that cannot be empty: absent is `None`, null is refused. To be used as
/// `#[serde(default, deserialize_with = "domain::patch::present")]`.
///
/// # Errors
/// The value is null or does not fit.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Name;

    #[derive(Debug, Deserialize)]
    struct Update {
        #[serde(default, deserialize_with = "present")]
        name: Option<Name<5>>,
        #[serde(default)]
        phone: Patch<Name<5>>,
    }

    fn update(json: &str) -> Result<Update, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    fn name(text: &str) -> Name<5> {
        Name::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        assert_eq!(update("{}").unwrap().phone, Patch::Absent);
        assert_eq!(update(r#"{"phone":null}"#).unwrap().phone, Patch::Null);
        assert_eq!(update(r#"{"phone":"123"}"#).unwrap().phone, Patch::Value(name("123")));
        assert!(update(r#"{"phone":"123456"}"#).unwrap_err().contains("at most 5"));
    }

    #[test]
    fn what_cannot_be_empty_refuses_null() {
        assert_eq!(update("{}").unwrap().name, None);
        assert_eq!(update(r#"{"name":"Sur"}"#).unwrap().name, Some(name("Sur")));
        assert!(update(r#"{"name":null}"#).unwrap_err().contains("null"));
    }

    #[test]
    fn an_update_keeps_clears_or_replaces() {
        assert_eq!(Patch::Absent.or(Some(1)), Some(1));
        assert_eq!(Patch::Null.or(Some(1)), None);
        assert_eq!(Patch::Value(2).or(Some(1)), Some(2));
        assert_eq!(Patch::Value(2).map(|n| n * 2), Patch::Value(4));
        assert_eq!(Patch::<i32>::Null.map(|n| n * 2), Patch::Null);
    }
}
