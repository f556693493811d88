//! What a form left empty: the clients send `""` where they mean nothing.

use crate::text::Refused;
use serde::{Deserialize, Serialize};

/// A `T`, or nothing: null, an empty text and one of white space only say the same. Declare a field of a partial update
/// as `#[serde(default, deserialize_with = "domain::patch::present")] Option<Blank<T>>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Option<String>", bound(deserialize = "T: TryFrom<String, Error = Refused>"))]
pub struct Blank<T>(Option<T>);

impl<T> Default for Blank<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Blank<T> {
    /// The value, if there is one.
    #[must_use]
    pub fn filled(self) -> Option<T> {
        self.0
    }

    /// A look at the value, if there is one.
    #[must_use]
    pub const fn as_ref(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T: Into<String>> From<Blank<T>> for Option<String> {
    fn from(blank: Blank<T>) -> Self {
        blank.0.map(Into::into)
    }
}

impl<T> Blank<T> {
    /// The form, filled in or left empty.
    #[must_use]
    pub const fn of(value: Option<T>) -> Self {
        Self(value)
    }
}

impl<T: TryFrom<String, Error = Refused>> TryFrom<Option<String>> for Blank<T> {
    type Error = Refused;
    fn try_from(text: Option<String>) -> Result<Self, Refused> {
        let text = text.filter(|text| !text.trim().is_empty());
        Ok(Self(text.map(T::try_from).transpose()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Name;

    #[test]
    fn an_empty_form_says_nothing() {
        let blank = |json: &str| serde_json::from_str::<Blank<Name<3>>>(json).map(Option::<String>::from);
        assert!(["null", r#""""#, r#""  ""#].into_iter().all(|json| blank(json).unwrap().is_none()));
        assert_eq!(blank(r#"" Ana ""#).unwrap().as_deref(), Some("Ana"));
        assert!(blank(r#""Anna""#).is_err());
    }
}
