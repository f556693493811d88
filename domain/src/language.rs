//! The language of a business: how its people sort names.

use crate::text::{Refused, text_access};
use serde::{Deserialize, Serialize};

/// A language as BCP 47 writes it, with a country, or a part of the world by its number (UN M.49), where that matters:
/// `es`, `es-AR`, `pt-BR`, `es-419`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

impl Language {
    /// What counts where nobody said anything else.
    pub const DEFAULT: &str = "es";
}

impl TryFrom<String> for Language {
    type Error = Refused;
    fn try_from(tag: String) -> Result<Self, Refused> {
        let (language, country) =
            tag.split_once('-').map_or((tag.as_str(), None), |(before, after)| (before, Some(after)));
        let is_language = matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_country = |country: &str| country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_part = |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_language && country.is_none_or(|place| is_country(place) || is_part(place)) {
            Ok(Self(tag))
        } else {
            Err(Refused::new("must be a language such as es, pt-BR or es-419"))
        }
    }
}

text_access! {
    [] Language, { .pattern(Some("^[a-z]{2,3}(-([A-Z]{2}|[0-9]{3}))?$")) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_said_in_the_form_that_programs_know() {
        for right in ["es", "pt-BR", "en", "gsw", "es-AR", "es-419", "en-001"] {
            assert_eq!(Language::try_from(right.to_owned()).unwrap().as_str(), right);
        }
        for wrong in [
            "", "e", "ES", "es_AR", "es-ar", "es-", "-AR", "es-ARG", "español", "es-AR-x", "engl", "es-41", "es-4199",
            "es-4A9",
        ] {
            assert!(Language::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
