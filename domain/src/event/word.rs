//! A word of the log that a later version may have written: processes are replaced one after another, and an older
//! gateway must pass on what a newer API says, byte for byte, instead of falling silent over it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt::Debug, sync::Arc};

/// A list of words that is closed for this version.
pub trait Vocabulary: Copy + Debug + Eq {
    /// The text on the wire and in the log.
    fn text(self) -> &'static str;

    /// The word of that text; `None` when this version has no such word.
    fn of(text: &str) -> Option<Self>;
}

/// A word of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word<T> {
    /// One that this version knows.
    Known(T),
    /// One of a later version's.
    Unknown(Arc<str>),
}

impl<T: Vocabulary> Word<T> {
    /// The word of that text, known or not.
    #[must_use]
    pub fn read(text: &str) -> Self {
        T::of(text).map_or_else(|| Self::Unknown(text.into()), Self::Known)
    }

    /// The text on the wire and in the log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(word) => word.text(),
            Self::Unknown(text) => text,
        }
    }

    /// The word, if this version knows it.
    #[must_use]
    pub const fn known(&self) -> Option<T> {
        match self {
            Self::Known(word) => Some(*word),
            Self::Unknown(_) => None,
        }
    }
}

impl<T> From<T> for Word<T> {
    fn from(word: T) -> Self {
        Self::Known(word)
    }
}

impl<T: Vocabulary> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, T: Vocabulary> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::read(&Cow::<'de, str>::deserialize(deserializer)?))
    }
}
