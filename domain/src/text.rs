//! Values that are checked where they enter: text of bounded length, a quantity, a colour.
//!
//! Parsing at the edge means that no rule further in has to ask again. The bounds are those of
//! diner-waiter.md §2 and admin-kitchen.md §5.4.

use serde::{Deserialize, Serialize};

/// Why a value was refused; shown to the user after the field's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

impl Refused {
    /// A refusal for a reason that reads well after a field's name.
    pub(crate) fn new(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

/// Text of at most `MAX` characters, without control characters other than line breaks and tabs. May be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        if text.chars().count() > MAX {
            return Err(Refused(format!("must have at most {MAX} characters")));
        }
        // PostgreSQL cannot store NUL, and the other controls only break printers and logs.
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(Refused("must not contain control characters".into()));
        }
        Ok(Self(text))
    }
}

/// Text of 1 to `MAX` characters that is not only white space; kept trimmed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name<const MAX: usize>(String);

impl<const MAX: usize> TryFrom<String> for Name<MAX> {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let Text(text) = Text::<MAX>::try_from(text.trim().to_owned())?;
        if text.is_empty() {
            return Err(Refused("must not be empty".into()));
        }
        Ok(Self(text))
    }
}

/// A CSS colour `#RRGGBB`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color(String);

impl TryFrom<String> for Color {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let hex = text.strip_prefix('#').unwrap_or_default();
        if hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text))
        } else {
            Err(Refused("must be a colour of the form #RRGGBB".into()))
        }
    }
}

/// An e-mail address as a login: trimmed and in lower case, since people do not type theirs the same way twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl TryFrom<String> for Email {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let text = text.trim().to_lowercase();
        // Whether it exists only a message to it can tell; this refuses what cannot be one.
        let has_form = text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && domain.split('.').all(|label| !label.is_empty())
        });
        let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
        if has_form && is_plain && text.matches('@').count() == 1 && text.len() <= 254 {
            Ok(Self(text))
        } else {
            Err(Refused::new("must be an e-mail address"))
        }
    }
}

/// What no text has: the controls other than line breaks and tabs, as a class of a regular expression has them.
macro_rules! controls {
    () => {
        r"\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F"
    };
}

/// What every text type has; behind its name what a document says of it: `as` its name there, if not the type's own,
/// and its bounds.
macro_rules! text_access {
    ($([$($generics:tt)*] $name:ty $(as $known:expr)?, { $($bound:tt)* };)+) => {$(
        impl<$($generics)*> $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl<$($generics)*> From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
        impl<$($generics)*> utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
                ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))$($bound)*.into()
            }
        }
        impl<$($generics)*> utoipa::ToSchema for $name {
            $(fn name() -> std::borrow::Cow<'static, str> {
                $known.into()
            })?
        }
    )+};
}

pub(crate) use text_access;

/// A name in a document: something in it that is no white space.
const NAME: &str = concat!("^[^", controls!(), r"]*[^\s", controls!(), "][^", controls!(), "]*$");

text_access! {
    [const MAX: usize] Text<MAX> as format!("Text{MAX}"), {
        .max_length(Some(MAX)).pattern(Some(concat!("^[^", controls!(), "]*$")))
    };
    [const MAX: usize] Name<MAX> as format!("Name{MAX}"), {
        .min_length(Some(1)).max_length(Some(MAX)).pattern(Some(NAME))
    };
    [] Color, { .pattern(Some("^#[0-9A-Fa-f]{6}$")) };
    [] Email, { .min_length(Some(5)).max_length(Some(254)).pattern(Some(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$")) };
}

/// How many of one product: 1 to 99 (diner-waiter.md §5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[serde(try_from = "i64", into = "i64")]
#[schema(minimum = 1, maximum = 99)]
pub struct Quantity(i32);

impl Quantity {
    /// One.
    pub const ONE: Self = Self(1);
    /// The cap of a cart line and of a round line.
    pub const MAX: Self = Self(99);

    /// The number.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }

    /// The number, for [`Cents::checked_times`](crate::Cents::checked_times).
    #[must_use]
    pub const fn times(self) -> u32 {
        self.0.unsigned_abs()
    }

    /// The sum, capped at 99: adding to a cart line never fails (design.md §9).
    #[must_use]
    pub fn plus_capped(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0).min(Self::MAX.0))
    }
}

impl TryFrom<i64> for Quantity {
    type Error = Refused;
    fn try_from(n: i64) -> Result<Self, Refused> {
        match i32::try_from(n) {
            Ok(n @ 1..=99) => Ok(Self(n)),
            _ => Err(Refused("must be from 1 to 99".into())),
        }
    }
}

impl From<Quantity> for i64 {
    fn from(quantity: Quantity) -> Self {
        quantity.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive() {
        assert!(Quantity::try_from(0).is_err());
        assert!(Quantity::try_from(1).is_ok());
        assert!(Quantity::try_from(99).is_ok());
        assert!(Quantity::try_from(100).is_err());
        assert!(Text::<3>::try_from("año".to_owned()).is_ok());
        assert!(Text::<3>::try_from("años".to_owned()).is_err());
        assert!(Text::<3>::try_from("a\0".to_owned()).is_err());
        assert!(Name::<3>::try_from("  ".to_owned()).is_err());
        assert_eq!(Name::<3>::try_from(" Ana ".to_owned()).unwrap().as_str(), "Ana");
        assert!(Color::try_from("#12aBcD".to_owned()).is_ok());
        assert!(Color::try_from("red".to_owned()).is_err());
        assert!(Color::try_from("#1234567".to_owned()).is_err());
    }

    #[test]
    fn an_address_is_the_same_however_it_is_typed() {
        assert_eq!(Email::try_from(" Ana@Demo.COM ".to_owned()).unwrap().as_str(), "ana@demo.com");
        for wrong in
            ["", "ana", "ana@", "@demo.com", "ana@demo", "ana@demo.", "a@b@demo.com", "a na@demo.com", "a\0@demo.com"]
        {
            assert!(Email::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn adding_to_a_line_stops_at_the_cap() {
        let ninety = Quantity::try_from(90).unwrap();
        assert_eq!(ninety.plus_capped(ninety), Quantity::MAX);
    }
}
