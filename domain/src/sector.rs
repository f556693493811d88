//! Sectors: the parts of the floor.

use crate::text::{Refused, text_access};
use serde::{Deserialize, Serialize};

/// What the codes of a sector's tables begin with: two to four letters, kept in upper case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prefix(String);

impl TryFrom<String> for Prefix {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let text = text.trim().to_uppercase();
        if (2..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            Ok(Self(text))
        } else {
            Err(Refused::new("must be two to four letters from A to Z"))
        }
    }
}

text_access! {
    [] Prefix, { .pattern(Some("^[A-Za-z]{2,4}$")) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_short_and_loud() {
        let prefix = |text: &str| Prefix::try_from(text.to_owned()).map(String::from).ok();
        assert_eq!(prefix(" int ").as_deref(), Some("INT"));
        assert!(["AB", "ABCD"].into_iter().all(|text| prefix(text).is_some()));
        assert!(["", "A", "ABCDE", "A1", "ÑU", "A-B"].into_iter().all(|text| prefix(text).is_none()));
    }
}
