//! How many guests a waiter counted.

use crate::text::Refused;
use serde::{Deserialize, Serialize};

/// The guests of a party: 1 to 20 (W10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "i64", into = "i64")]
#[schema(minimum = 1, maximum = 20)]
pub struct Covers(i32);

impl Covers {
    /// The number.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl TryFrom<i64> for Covers {
    type Error = Refused;
    fn try_from(n: i64) -> Result<Self, Refused> {
        match i32::try_from(n) {
            Ok(n @ 1..=20) => Ok(Self(n)),
            _ => Err(Refused::new("must be from 1 to 20")),
        }
    }
}

impl From<Covers> for i64 {
    fn from(covers: Covers) -> Self {
        covers.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive() {
        let accepted: Vec<i64> = (-1..=22).filter(|n| Covers::try_from(*n).is_ok()).collect();
        assert_eq!(accepted, (1..=20).collect::<Vec<_>>());
        assert!(Covers::try_from(1 + (1 << 32)).is_err());
    }
}
