//! The secret in a table's QR code, for branches where only who scanned it sits down (`join = qr_secret`).

use serde::Serialize;
use std::fmt;

/// Letters and digits that nobody mistakes for one another in print: no 0, no 1.
const ALPHABET: &[u8; 34] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789";
/// The most that the shipped diner app passes on (`[A-Za-z0-9-]{1,10}`).
const LENGTH: usize = 10;
/// Bytes from here on would make the first letters of the alphabet likelier than the last.
const FAIR: u8 = 238;

/// A table's join code: ten of `ALPHABET`, at least one of them a letter, since a path of digits alone is read as a
/// table's number. 34^10 of them, 2^50.8: who tries a thousand a second at a house of 200 tables meets one in three
/// centuries.
///
/// Its `Debug` shows nothing, so that no log carries it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct JoinCode(String);

impl JoinCode {
    /// A new one. `random` gives uniform bytes of the system's secure randomness.
    pub fn draw(mut random: impl FnMut() -> u8) -> Self {
        loop {
            let mut code = String::with_capacity(LENGTH);
            while code.len() < LENGTH {
                let byte = random();
                if byte < FAIR {
                    code.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
                }
            }
            if let Some(code) = Self::read(&code) {
                return code;
            }
        }
    }

    /// The code that somebody sent, whatever its case; `None` for what cannot be one.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.to_ascii_uppercase();
        let is_code = text.len() == LENGTH
            && text.bytes().all(|byte| ALPHABET.contains(&byte))
            && text.bytes().any(|byte| byte.is_ascii_alphabetic());
        is_code.then_some(Self(text))
    }

    /// The code, for the link of the QR code and for the database.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that come round again.
    fn bytes(of: &[u8]) -> impl FnMut() -> u8 {
        let (of, mut at) = (of.to_vec(), 0);
        move || {
            at += 1;
            of[(at - 1) % of.len()]
        }
    }

    #[test]
    fn a_code_is_ten_of_the_alphabet_with_a_letter() {
        assert_eq!(JoinCode::draw(bytes(&[0, 33, 34, 237])).as_str(), "A9A9A9A9A9");
        // 26 and on are digits: ten of them are thrown away, and the next ten have a letter.
        let digits_first: Vec<u8> = [26; 10].into_iter().chain([27; 9]).chain([1]).collect();
        assert_eq!(JoinCode::draw(bytes(&digits_first)).as_str(), "333333333B");
    }

    #[test]
    fn bytes_that_would_favour_a_letter_are_thrown_away() {
        assert_eq!(usize::from(FAIR) % ALPHABET.len(), 0);
        assert_eq!(JoinCode::draw(bytes(&[238, 255, 2])).as_str(), "CCCCCCCCCC");
    }

    #[test]
    fn every_character_comes_up_equally_often() {
        let mut counts = [0_u32; 34];
        for byte in 0..FAIR {
            counts[usize::from(byte) % ALPHABET.len()] += 1;
        }
        assert!(counts.iter().all(|count| *count == 7), "{counts:?}");
    }

    #[test]
    fn case_does_not_matter_and_nothing_else_is_one() {
        assert_eq!(JoinCode::read("abcdefgh29").unwrap().as_str(), "ABCDEFGH29");
        for text in [
            "",
            "INT-01",
            "ABCDEFGH2",
            "ABCDEFGH299",
            "2345678923",
            "ABCDEFGH20",
            "ABCDEFGH21",
            "ÁBCDEFGH2",
            "ABCDEFG-29",
        ] {
            assert_eq!(JoinCode::read(text), None, "{text}");
        }
    }

    #[test]
    fn no_log_carries_it() {
        assert_eq!(format!("{:?}", JoinCode::read("ABCDEFGH29").unwrap()), "JoinCode(..)");
    }
}
