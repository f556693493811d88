//! The id of a payment provider: one spelling, in the database and in the code.
//!
//! The set is open (I14). Which providers a process has is known where they are registered (crate `provider`); here an
//! id is only well-formed, so that a new provider changes no type and no table.

use crate::text::Refused;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// Most characters of an id.
const LONGEST: usize = 31;
/// Tenders that staff take themselves; no provider may have such an id.
const RESERVED: [&str; 7] = ["CASH", "CARD", "CARD_PHYSICAL", "TRANSFER", "TRANSFER_EXTERNAL", "OTHER", "OTHER_MANUAL"];
/// The shipped clients' word for the default provider, where tips and cash are counted and in paths.
const SHIPPED_WORD: &str = "MERCADOPAGO";

/// A payment provider's id: 2 to 31 of `A-Z`, digits and `_`, beginning with a letter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[cfg_attr(feature = "orm", sea_orm(value_type = "String"))]
pub struct Provider {
    text: [u8; LONGEST],
    length: u8,
}

impl Provider {
    /// The provider that is meant where none is named: forms and paths of clients that know of one only.
    pub const DEFAULT: Self = Self::literal("MERCADO_PAGO");

    /// An id that stands in the code.
    ///
    /// # Panics
    /// It is none; in a constant, when it is compiled.
    #[must_use]
    pub const fn literal(id: &str) -> Self {
        match Self::read(id.as_bytes()) {
            Some(provider) => provider,
            None => panic!("not the id of a provider"),
        }
    }

    const fn read(id: &[u8]) -> Option<Self> {
        if id.len() < 2 || id.len() > LONGEST || !id[0].is_ascii_uppercase() {
            return None;
        }
        let mut text = [0; LONGEST];
        let mut at = 0;
        while at < id.len() {
            if !(id[at].is_ascii_uppercase() || id[at].is_ascii_digit() || id[at] == b'_') {
                return None;
            }
            text[at] = id[at];
            at += 1;
        }
        let mut at = 0;
        while at < RESERVED.len() {
            if same(id, RESERVED[at].as_bytes()) {
                return None;
            }
            at += 1;
        }
        Some(Self { text, length: id.len() as u8 })
    }

    /// The id as text.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        let (text, _) = self.text.split_at(self.length as usize);
        match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => panic!("an id is ASCII"),
        }
    }

    /// The shipped clients' word for it where they count tips and cash: the one place where the wire differs from the
    /// id.
    #[must_use]
    pub fn word(&self) -> &str {
        if *self == Self::DEFAULT { SHIPPED_WORD } else { self.as_str() }
    }

    /// Its name in the path of its notices.
    #[must_use]
    pub fn path(&self) -> String {
        self.word().to_ascii_lowercase()
    }
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

impl FromStr for Provider {
    type Err = Refused;
    fn from_str(id: &str) -> Result<Self, Refused> {
        Self::read(id.as_bytes()).ok_or_else(|| Refused::new("must be the id of a payment provider"))
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Provider {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Provider {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        id.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for Provider {
    fn schema() -> RefOr<Schema> {
        words([Self::DEFAULT.as_str()].into_iter(), "A payment provider.")
    }
}

impl ToSchema for Provider {
    fn name() -> std::borrow::Cow<'static, str> {
        "Provider".into()
    }
}

/// The schema of a text of which the shipped clients know these words.
pub(crate) fn words<'a>(known: impl Iterator<Item = &'a str>, description: &str) -> RefOr<Schema> {
    let known: Vec<String> = known.map(str::to_owned).collect();
    ObjectBuilder::new().schema_type(Type::String).description(Some(description)).enum_values(Some(known)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_well_formed_and_no_word_for_what_staff_take() {
        for id in ["PAYU", "STRIPE_2", "AB", "A_B", &"A".repeat(31)] {
            let provider: Provider = id.parse().unwrap();
            assert_eq!((provider.as_str(), provider.to_string(), provider.word()), (id, id.to_owned(), id));
            assert_eq!(serde_json::to_string(&provider).unwrap(), format!("\"{id}\""));
        }
        for wrong in ["", "A", "a", "payu", "PAY U", "PAYÚ", "_PAY", "2PAY", "PAY-U", "CASH", "OTHER", &"A".repeat(32)]
        {
            assert!(wrong.parse::<Provider>().is_err(), "{wrong}");
            assert!(serde_json::from_value::<Provider>(wrong.into()).is_err(), "{wrong}");
        }
        let (one, longer): (Provider, Provider) = ("PAY".parse().unwrap(), "PAYU".parse().unwrap());
        assert!(one != longer && one < longer);
    }

    #[test]
    fn shipped_clients_know_the_default_by_another_word() {
        let (id, word) = (Provider::DEFAULT, Provider::DEFAULT.word());
        assert_eq!(id.as_str().replace('_', ""), word);
        assert_eq!(id.path(), word.to_lowercase());
        assert_eq!("PAY_U".parse::<Provider>().unwrap().path(), "pay_u");
    }
}
