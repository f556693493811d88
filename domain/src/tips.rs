//! Tips: what guests leave for the staff, and how a pool shares one out.

use crate::{
    Cents, Role,
    money::{MoneyError, Unit},
    payment::{Provider, words},
    text::Refused,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// How money reached the house, as tips and the cash register count it (U7, U8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[cfg_attr(feature = "orm", sea_orm(value_type = "String"))]
pub enum MoneyMethod {
    /// Notes and coins.
    Cash,
    /// The restaurant's card terminal.
    Card,
    /// A bank transfer.
    Transfer,
    /// A payment provider.
    Provider(Provider),
    /// A voucher, a house account.
    Other,
}

/// What the shipped clients know.
const KNOWN: [MoneyMethod; 5] = [
    MoneyMethod::Cash,
    MoneyMethod::Card,
    MoneyMethod::Transfer,
    MoneyMethod::Provider(Provider::DEFAULT),
    MoneyMethod::Other,
];

impl MoneyMethod {
    /// The text in the database: a provider by its id.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        match self {
            Self::Cash => "CASH",
            Self::Card => "CARD",
            Self::Transfer => "TRANSFER",
            Self::Provider(provider) => provider.as_str(),
            Self::Other => "OTHER",
        }
    }

    /// The word on the wire.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Provider(provider) => provider.word(),
            Self::Cash | Self::Card | Self::Transfer | Self::Other => self.as_str(),
        }
    }
}

impl FromStr for MoneyMethod {
    type Err = Refused;
    fn from_str(text: &str) -> Result<Self, Refused> {
        match text {
            "CASH" => Ok(Self::Cash),
            "CARD" => Ok(Self::Card),
            "TRANSFER" => Ok(Self::Transfer),
            "OTHER" => Ok(Self::Other),
            // Written by an older program that still ran after the migration.
            word if word == Provider::DEFAULT.word() => Ok(Self::Provider(Provider::DEFAULT)),
            provider => provider.parse().map(Self::Provider),
        }
    }
}

impl fmt::Display for MoneyMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for MoneyMethod {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// What a client may say: the words that the documents list.
impl<'de> Deserialize<'de> for MoneyMethod {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let said = KNOWN.iter().find(|known| known.word() == text);
        said.copied().ok_or_else(|| {
            let known: Vec<String> = KNOWN.iter().map(|known| format!("`{}`", known.word())).collect();
            let known = known.join(", ");
            serde::de::Error::custom(format_args!("unknown variant `{text}`, expected one of {known}"))
        })
    }
}

impl PartialSchema for MoneyMethod {
    fn schema() -> RefOr<Schema> {
        words(
            KNOWN.iter().map(Self::word),
            "How money reached the house, as tips and the cash register count it (U7, U8).",
        )
    }
}

impl ToSchema for MoneyMethod {
    fn name() -> std::borrow::Cow<'static, str> {
        "MoneyMethod".into()
    }
}

/// How a pool shares a tip out, in whole percent that add up to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[u8; 3]", into = "[u8; 3]")]
pub struct Shares {
    waiter: u8,
    kitchen: u8,
    other: u8,
}

impl Shares {
    /// Waiter, kitchen, other.
    ///
    /// # Errors
    /// They do not add up to 100.
    pub fn new(waiter: u8, kitchen: u8, other: u8) -> Result<Self, Refused> {
        Self::try_from([waiter, kitchen, other])
    }

    /// The part of each: kitchen and the others get whole units rounded down, the waiter the rest, so that the parts
    /// are the tip to the cent. "Other" is recorded as MANAGER (U7). Nobody gets a part of nothing.
    ///
    /// # Errors
    /// The amount does not fit.
    pub fn of(self, tip: Cents, unit: Unit) -> Result<Vec<(Role, Cents)>, MoneyError> {
        let units = unit.count(tip).get();
        let part = |percent: u8| {
            Cents::new(units / 100 * i64::from(percent) + units % 100 * i64::from(percent) / 100)
                .map(|part| unit.worth(part))
        };
        let (kitchen, other) = (part(self.kitchen)?, part(self.other)?);
        let waiter = tip.checked_sub(kitchen)?.checked_sub(other)?;
        let parts = [(Role::Waiter, waiter), (Role::Kitchen, kitchen), (Role::Manager, other)];
        Ok(parts.into_iter().filter(|(_, part)| *part > Cents::ZERO).collect())
    }
}

impl TryFrom<[u8; 3]> for Shares {
    type Error = Refused;
    fn try_from([waiter, kitchen, other]: [u8; 3]) -> Result<Self, Refused> {
        if u16::from(waiter) + u16::from(kitchen) + u16::from(other) == 100 {
            Ok(Self { waiter, kitchen, other })
        } else {
            Err(Refused::new("the percentages must add up to 100"))
        }
    }
}

impl From<Shares> for [u8; 3] {
    fn from(shares: Shares) -> Self {
        [shares.waiter, shares.kitchen, shares.other]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_parts_are_the_tip(tip in 0..i64::MAX, waiter in 0..=100_u8, kitchen in 0..=100_u8) {
            prop_assume!(waiter + kitchen <= 100);
            let shares = Shares::new(waiter, kitchen, 100 - waiter - kitchen).unwrap();
            let parts = shares.of(Cents::new(tip).unwrap(), Unit::CENT).unwrap();
            prop_assert_eq!(Cents::checked_sum(parts.iter().map(|(_, part)| *part)).unwrap().get(), tip);
            prop_assert!(parts.iter().all(|(_, part)| *part > Cents::ZERO));
        }
    }

    #[test]
    fn a_currency_without_cents_is_shared_out_in_whole_units() {
        let parts = Shares::new(50, 30, 20).unwrap().of(Cents::new(10_100).unwrap(), Unit::of(Currency::Clp)).unwrap();
        let parts: Vec<_> = parts.into_iter().map(|(_, part)| part.get()).collect();
        assert_eq!(parts, [5_100, 3_000, 2_000]);
    }

    #[test]
    fn the_waiter_gets_the_odd_cent() {
        let parts = Shares::new(50, 30, 20).unwrap().of(Cents::new(101).unwrap(), Unit::CENT).unwrap();
        let parts: Vec<_> = parts.into_iter().map(|(role, part)| (role, part.get())).collect();
        assert_eq!(parts, [(Role::Waiter, 51), (Role::Kitchen, 30), (Role::Manager, 20)]);
        assert!(Shares::new(50, 50, 1).is_err() && Shares::new(200, 200, 200).is_err());
    }

    #[test]
    fn a_provider_is_kept_by_its_id_and_told_by_its_word() {
        for method in KNOWN {
            assert_eq!(method.as_str().parse(), Ok(method));
            assert_eq!(serde_json::from_value::<MoneyMethod>(method.word().into()).unwrap(), method);
            assert_eq!(serde_json::to_value(method).unwrap(), method.word());
        }
        let (ours, theirs) = (Provider::DEFAULT.as_str(), Provider::DEFAULT.word());
        assert_eq!(MoneyMethod::Provider(Provider::DEFAULT).as_str(), ours);
        assert!(serde_json::from_value::<MoneyMethod>(ours.into()).is_err(), "a client says {theirs}");
        assert_eq!(theirs.parse(), Ok(MoneyMethod::Provider(Provider::DEFAULT)), "as former releases wrote it");
        let payu = MoneyMethod::Provider(Provider::literal("PAYU"));
        assert_eq!(("PAYU".parse(), payu.word()), (Ok(payu), "PAYU"));
        assert!(serde_json::from_value::<MoneyMethod>("PAYU".into()).is_err(), "it comes by itself, never by hand");
    }
}
