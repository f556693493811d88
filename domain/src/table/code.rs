//! What a table is called, on its sticker and in the link of its QR code.

use super::JoinCode;
use crate::text::{Refused, text_access};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// A table's code: 1 to 30 characters, none of which an address gives a meaning of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TableCode(String);

impl TryFrom<String> for TableCode {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > 30 {
            return Err(Refused::new("must have 1 to 30 characters"));
        }
        if text.chars().any(|c| c.is_control() || r#"/\?#%"#.contains(c)) || matches!(text, "." | "..") {
            return Err(Refused::new(r"must not contain any of / \ ? # %"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TableCode {
    /// Whether it looks like a [`JoinCode`]. The office gives no new table such a code: what a phone sends must mean
    /// one thing only. Tables that had one before there were join codes keep it, and no join code is drawn that is one.
    #[must_use]
    pub fn could_be_join_code(&self) -> bool {
        JoinCode::read(&self.0).is_some()
    }
}

text_access! {
    [] TableCode, { .min_length(Some(1)).max_length(Some(30)).pattern(Some(r"^[^/\\?#%\u0000-\u001F\u007F-\u009F]*$")) };
}

/// The code of a sector's table of that number.
#[must_use]
pub fn numbered(prefix: &str, number: u32) -> String {
    format!("{prefix}-{number:02}")
}

/// The next `count` codes `PREFIX-NN` that are not in `taken`, from 01; they are taken afterwards, so that two rows of
/// one sector in one request do not collide.
pub fn number(prefix: &str, count: usize, taken: &mut HashSet<String>) -> Vec<String> {
    let codes = (1_u32..).map(|number| numbered(prefix, number));
    let free: Vec<String> = codes.filter(|code| !taken.contains(code)).take(count).collect();
    taken.extend(free.iter().cloned());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_can_stand_in_a_link() {
        let accepts = |text: &str| TableCode::try_from(text.to_owned()).is_ok();
        assert!(["INT-01", "Mesa 12", "Barra ñ", " 7 "].into_iter().all(accepts));
        assert!(!["", " ", "a/b", "a?b", "a#b", "50%", "a\\b", "..", "a\nb"].into_iter().any(accepts));
        assert!(!accepts(&"x".repeat(31)));
    }

    #[test]
    fn a_code_that_could_be_a_join_code_is_seen() {
        let could_be = |text: &str| TableCode::try_from(text.to_owned()).unwrap().could_be_join_code();
        assert!(["RESTAURANT", "TerrazaSur", "mesa222222"].into_iter().all(could_be));
        assert!(!["INT-01", "Mesa 12", "2345678923", "RESTAURAN1", "RESTAURANTE"].into_iter().any(could_be));
    }

    #[test]
    fn the_first_free_numbers_are_given_and_each_once() {
        let mut taken = HashSet::from(["INT-01".to_owned(), "INT-03".to_owned(), "TER-01".to_owned()]);
        assert_eq!(number("INT", 2, &mut taken), ["INT-02", "INT-04"]);
        assert_eq!(number("INT", 1, &mut taken), ["INT-05"]);
        assert_eq!(number("BAR", 1, &mut taken), ["BAR-01"]);
        assert!(number("BAR", 0, &mut taken).is_empty());
        assert_eq!(number("X", 100, &mut taken).last().map(String::as_str), Some("X-100"));
    }
}
