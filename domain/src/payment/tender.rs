//! How money is tendered, and the change of a cash payment.

use super::{Provider, words};
use crate::{Cents, text::Refused, tips::MoneyMethod};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// How a payment is tendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[cfg_attr(feature = "orm", sea_orm(value_type = "String"))]
pub enum Tender {
    /// Notes and coins.
    Cash,
    /// The restaurant's own card terminal.
    CardPhysical,
    /// A bank transfer that staff saw arrive.
    TransferExternal,
    /// A voucher, a house account.
    OtherManual,
    /// From a phone, through a provider.
    Provider(Provider),
}

impl Tender {
    /// The tenders that staff register and vouch for.
    pub const MANUAL: [Self; 4] = [Self::Cash, Self::CardPhysical, Self::TransferExternal, Self::OtherManual];

    /// The text in the database and on the wire: what staff took by its word, a provider by its id.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        match self {
            Self::Cash => "CASH",
            Self::CardPhysical => "CARD_PHYSICAL",
            Self::TransferExternal => "TRANSFER_EXTERNAL",
            Self::OtherManual => "OTHER_MANUAL",
            Self::Provider(provider) => provider.as_str(),
        }
    }

    /// Whether staff register it and vouch for it.
    #[must_use]
    pub const fn is_manual(self) -> bool {
        match self {
            Self::Cash | Self::CardPhysical | Self::TransferExternal | Self::OtherManual => true,
            Self::Provider(_) => false,
        }
    }

    /// The method under which tips and the cash register count it.
    #[must_use]
    pub const fn method(self) -> MoneyMethod {
        match self {
            Self::Cash => MoneyMethod::Cash,
            Self::CardPhysical => MoneyMethod::Card,
            Self::TransferExternal => MoneyMethod::Transfer,
            Self::OtherManual => MoneyMethod::Other,
            Self::Provider(provider) => MoneyMethod::Provider(provider),
        }
    }

    /// The word for the shipped diner app, which knows two (M16): one for a phone that paid, through any provider, and
    /// one for a payment at the table.
    #[must_use]
    pub fn wire_provider(self) -> &'static str {
        const PHONE: Provider = Provider::DEFAULT;
        if self.is_manual() { "CASH" } else { PHONE.as_str() }
    }
}

impl FromStr for Tender {
    type Err = Refused;
    fn from_str(text: &str) -> Result<Self, Refused> {
        match Self::MANUAL.into_iter().find(|tender| tender.as_str() == text) {
            Some(tender) => Ok(tender),
            None => text.parse().map(Self::Provider),
        }
    }
}

impl fmt::Display for Tender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Tender {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Reads what a client may send: the documented words, and of the providers only the default one.
impl<'de> Deserialize<'de> for Tender {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let said = KNOWN.iter().find(|known| known.as_str() == text);
        said.copied().ok_or_else(|| serde::de::Error::unknown_variant(&text, &WORDS))
    }
}

/// The tenders that the shipped clients know.
const KNOWN: [Tender; 5] = [
    Tender::Cash,
    Tender::CardPhysical,
    Tender::TransferExternal,
    Tender::OtherManual,
    Tender::Provider(Provider::DEFAULT),
];
static DEFAULT: Tender = Tender::Provider(Provider::DEFAULT);
static WORDS: [&str; 5] = ["CASH", "CARD_PHYSICAL", "TRANSFER_EXTERNAL", "OTHER_MANUAL", DEFAULT.as_str()];

impl PartialSchema for Tender {
    fn schema() -> RefOr<Schema> {
        words(WORDS.into_iter(), "How a payment is tendered.")
    }
}

impl ToSchema for Tender {
    fn name() -> std::borrow::Cow<'static, str> {
        "Tender".into()
    }
}

/// Less was handed over than is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} cents are missing", missing.get())]
pub struct TooLittle {
    /// How much more it takes.
    pub missing: Cents,
}

/// The change for `received` when `due` is paid.
///
/// # Errors
/// It is not enough.
pub fn change(received: Cents, due: Cents) -> Result<Cents, TooLittle> {
    received.checked_sub(due).map_err(|_| TooLittle { missing: due.saturating_sub(received) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(n: i64) -> Cents {
        Cents::new(n).unwrap()
    }

    #[test]
    fn change_is_what_is_over() {
        assert_eq!(change(cents(2000), cents(1850)), Ok(cents(150)));
        assert_eq!(change(cents(1850), cents(1850)), Ok(Cents::ZERO));
        let refused = change(cents(1800), cents(1850)).unwrap_err();
        assert_eq!((refused.missing, refused.to_string()), (cents(50), "50 cents are missing".to_owned()));
    }

    #[test]
    fn the_diner_app_knows_two_words() {
        let phone = Provider::DEFAULT.as_str();
        let words: Vec<_> = KNOWN.iter().map(|tender| tender.wire_provider()).collect();
        assert_eq!(words, ["CASH", "CASH", "CASH", "CASH", phone]);
        assert_eq!(Tender::Provider(Provider::literal("PAYU")).wire_provider(), phone);
    }

    #[test]
    fn a_tender_is_what_staff_took_or_a_provider_by_its_id() {
        let payu = Tender::Provider(Provider::literal("PAYU"));
        for tender in KNOWN.into_iter().chain([payu]) {
            assert_eq!(tender.as_str().parse(), Ok(tender));
            assert_eq!(serde_json::to_value(tender).unwrap(), tender.as_str());
        }
        assert!("cash".parse::<Tender>().is_err() && "CARD".parse::<Tender>().is_err());
        // A client names no other provider: none is registered by hand.
        assert!(serde_json::from_value::<Tender>("PAYU".into()).is_err());
        assert_eq!(serde_json::from_value::<Tender>("OTHER_MANUAL".into()).unwrap(), Tender::OtherManual);
    }
}
