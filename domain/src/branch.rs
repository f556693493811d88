//! What the office says of a branch, checked where it enters (C3, admin-kitchen.md §5.4).

use crate::{
    text::{Refused, text_access},
    timezone,
};
use serde::{Deserialize, Serialize};

/// How URLs name a branch: lower-case words of ASCII letters and digits, joined by single hyphens, at most 100
/// characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl TryFrom<String> for Slug {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if text.len() <= 100 && text.split('-').all(is_word) {
            Ok(Self(text))
        } else {
            Err(Refused::new("must be lower-case letters, digits and single hyphens, such as `centro-sur`"))
        }
    }
}

impl Slug {
    /// The slug that the dashboard makes of a name: without accents, in lower case, whatever else is no letter or digit
    /// a hyphen. `None` when nothing is left.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let plain: String = name.chars().flat_map(char::to_lowercase).map(plain).collect();
        let words = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let mut slug = words.collect::<Vec<_>>().join("-");
        slug.truncate(100);
        Self::try_from(slug.trim_end_matches('-').to_owned()).ok()
    }
}

/// The letter under the accent, for the letters of western and central Europe.
const fn plain(letter: char) -> char {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' => 'i',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// A time of day on the branch's own clock, `HH:mm`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(String);

impl TryFrom<String> for TimeOfDay {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let valid = match text.as_bytes() {
            [h1, h2, b':', m1, m2] => {
                let digits = [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit());
                digits && (*h1, *h2) <= (b'2', b'3') && *m1 <= b'5'
            }
            _ => false,
        };
        if valid { Ok(Self(text)) } else { Err(Refused::new("must be a time of day of the form HH:mm")) }
    }
}

impl TimeOfDay {
    /// The same as the clock's type.
    #[must_use]
    pub fn time(&self) -> chrono::NaiveTime {
        // Its form was checked when it was made.
        chrono::NaiveTime::parse_from_str(&self.0, "%H:%M").unwrap_or_default()
    }
}

/// The IANA name of a time zone. Unlike [`local_date`](crate::timezone::local_date), which must go on, this refuses a
/// typo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneName(String);

impl TryFrom<String> for ZoneName {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        if timezone::is_zone(&text) {
            return Ok(Self(text));
        }
        Err(Refused::new("must be the name of a time zone, such as `America/Argentina/Mendoza`"))
    }
}

text_access! {
    [] Slug, { .max_length(Some(100)).pattern(Some("^[a-z0-9]+(-[a-z0-9]+)*$")) };
    [] TimeOfDay, { .pattern(Some("^([01][0-9]|2[0-3]):[0-5][0-9]$")) };
    [] ZoneName, { .examples(["America/Argentina/Mendoza"]) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts<T: TryFrom<String>>(text: &str) -> bool {
        T::try_from(text.to_owned()).is_ok()
    }

    #[test]
    fn slugs_are_what_the_dashboard_makes_of_a_name() {
        assert!(["centro", "centro-sur", "2-de-mayo"].into_iter().all(accepts::<Slug>));
        assert!(!["", "-", "Centro", "centro-", "-sur", "a--b", "a b", "año", "a/b"].into_iter().any(accepts::<Slug>));
        assert!(!accepts::<Slug>(&"a".repeat(101)));
    }

    #[test]
    fn a_name_makes_a_slug() {
        let slug = |name: &str| Slug::of_name(name).map(String::from);
        assert_eq!(slug("Ñandú & Años, 2° piso").as_deref(), Some("nandu-anos-2-piso"));
        assert_eq!(slug(" Centro ").as_deref(), Some("centro"));
        assert_eq!(slug("寿司"), None);
        assert_eq!(slug(&"a-".repeat(80)).map(|slug| slug.len()), Some(99));
    }

    #[test]
    fn a_day_has_24_hours() {
        assert!(["00:00", "09:30", "19:59", "23:59"].into_iter().all(accepts::<TimeOfDay>));
        assert!(
            !["", "9:30", "24:00", "12:60", "12:5", "12-30", "1é:0", "09:30:00"].into_iter().any(accepts::<TimeOfDay>)
        );
    }

    #[test]
    fn zones_are_those_of_iana() {
        assert!(["UTC", "America/Argentina/Mendoza"].into_iter().all(accepts::<ZoneName>));
        assert!(!["", "Mars/Olympus", "GMT-3"].into_iter().any(accepts::<ZoneName>));
    }
}
