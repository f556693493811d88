//! Whole numbers and prices with their bounds, checked where they enter.

use crate::{Cents, money::MAX_PRICE, text::Refused};
use serde::{Deserialize, Serialize};

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Whole<const MIN: i32, const MAX: i32>(i32);

impl<const MIN: i32, const MAX: i32> Whole<MIN, MAX> {
    /// The number.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl<const MIN: i32, const MAX: i32> TryFrom<i64> for Whole<MIN, MAX> {
    type Error = Refused;
    fn try_from(n: i64) -> Result<Self, Refused> {
        match i32::try_from(n) {
            Ok(n) if (MIN..=MAX).contains(&n) => Ok(Self(n)),
            _ => Err(Refused::new(&format!("must be a whole number from {MIN} to {MAX}"))),
        }
    }
}

impl<const MIN: i32, const MAX: i32> From<Whole<MIN, MAX>> for i64 {
    fn from(number: Whole<MIN, MAX>) -> Self {
        number.0.into()
    }
}

impl<const MIN: i32, const MAX: i32> utoipa::PartialSchema for Whole<MIN, MAX> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
        let integer = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer));
        integer.minimum(Some(MIN)).maximum(Some(MAX)).into()
    }
}

/// Each pair of bounds is a schema of its own.
impl<const MIN: i32, const MAX: i32> utoipa::ToSchema for Whole<MIN, MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("Whole{MIN}To{MAX}").into()
    }
}

/// A price in cents: 0 to [`MAX_PRICE`]. What a branch can sell for depends on its currency, too
/// ([`Currency::max_price`](crate::Currency::max_price)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "i64", into = "i64")]
#[schema(value_type = i64, minimum = 0, maximum = 100_000_000_000_i64)]
pub struct Price(Cents);

impl Price {
    /// The amount.
    #[must_use]
    pub const fn cents(self) -> Cents {
        self.0
    }
}

impl TryFrom<i64> for Price {
    type Error = Refused;
    fn try_from(cents: i64) -> Result<Self, Refused> {
        match Cents::new(cents) {
            Ok(price) if price <= MAX_PRICE => Ok(Self(price)),
            _ => Err(Refused::new(&format!("must be from 0 to {} cents", MAX_PRICE.get()))),
        }
    }
}

impl From<Price> for i64 {
    fn from(price: Price) -> Self {
        price.0.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive() {
        assert!([1, 50].into_iter().all(|n| Whole::<1, 50>::try_from(n).is_ok()));
        assert!([0, 51, i64::MIN, i64::MAX].into_iter().all(|n| Whole::<1, 50>::try_from(n).is_err()));
        assert!([0, 100_000_000_000].into_iter().all(|n| Price::try_from(n).is_ok()));
        assert!([-1, 100_000_000_001, i64::MAX].into_iter().all(|n| Price::try_from(n).is_err()));
        assert!(serde_json::from_str::<Price>("1.5").is_err());
    }
}
