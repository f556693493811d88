//! Tips: what guests leave for the staff, and how a pool shares one out.

use crate::{Cents, Role, money::MoneyError, status::text_enum, text::Refused};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How money reached the house, as tips and the cash register count it (U7, U8).
    MoneyMethod {
        /// Notes and coins.
        Cash = "CASH",
        /// The restaurant's card terminal.
        Card = "CARD",
        /// A bank transfer.
        Transfer = "TRANSFER",
        /// The payment provider.
        MercadoPago = "MERCADOPAGO",
        /// A voucher, a house account.
        Other = "OTHER",
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

    /// The part of each: kitchen and the others get whole cents rounded down, the waiter the rest, so that the parts
    /// are the tip to the cent. "Other" is recorded as MANAGER (U7). Nobody gets a part of nothing.
    ///
    /// # Errors
    /// The amount does not fit.
    pub fn of(self, tip: Cents) -> Result<Vec<(Role, Cents)>, MoneyError> {
        let part =
            |percent: u8| Cents::new(tip.get() / 100 * i64::from(percent) + tip.get() % 100 * i64::from(percent) / 100);
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_parts_are_the_tip(tip in 0..i64::MAX, waiter in 0..=100_u8, kitchen in 0..=100_u8) {
            prop_assume!(waiter + kitchen <= 100);
            let shares = Shares::new(waiter, kitchen, 100 - waiter - kitchen).unwrap();
            let parts = shares.of(Cents::new(tip).unwrap()).unwrap();
            prop_assert_eq!(Cents::checked_sum(parts.iter().map(|(_, part)| *part)).unwrap().get(), tip);
            prop_assert!(parts.iter().all(|(_, part)| *part > Cents::ZERO));
        }
    }

    #[test]
    fn the_waiter_gets_the_odd_cent() {
        let parts = Shares::new(50, 30, 20).unwrap().of(Cents::new(101).unwrap()).unwrap();
        let parts: Vec<_> = parts.into_iter().map(|(role, part)| (role, part.get())).collect();
        assert_eq!(parts, [(Role::Waiter, 51), (Role::Kitchen, 30), (Role::Manager, 20)]);
        assert!(Shares::new(50, 50, 1).is_err() && Shares::new(200, 200, 200).is_err());
    }
}
