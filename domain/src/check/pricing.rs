//! What the lines of a check cost after its discounts.
//!
//! A discount is spread over the lines at once and to the cent, so that voiding, splitting and allocating only ever
//! deal with lines, and "0.04 left over" (decisions/028) has no place to be.

use super::share::apportion;
use crate::{Cents, money::MoneyError, status::text_enum, text::Refused};
use serde::{Deserialize, Serialize};

/// A whole percentage from 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct Percent(u8);

impl Percent {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// That part of `base`, half a cent rounded up. Never more than `base`.
    #[must_use]
    pub fn of(self, base: Cents) -> Cents {
        percent_of(self.0, base)
    }
}

impl TryFrom<i64> for Percent {
    type Error = Refused;
    fn try_from(n: i64) -> Result<Self, Refused> {
        match u8::try_from(n) {
            Ok(n @ 1..=100) => Ok(Self(n)),
            _ => Err(Refused::new("must be from 1 to 100")),
        }
    }
}

impl From<Percent> for i64 {
    fn from(percent: Percent) -> Self {
        percent.0.into()
    }
}

/// `percent` (at most 100) of `base`, half a cent rounded up.
pub(crate) fn percent_of(percent: u8, base: Cents) -> Cents {
    let exact = i128::from(base.get()) * i128::from(percent.min(100));
    // At most `base`, so the conversions cannot fail.
    i64::try_from((exact + 50) / 100).ok().and_then(|cents| Cents::new(cents).ok()).unwrap_or(base)
}

text_enum! {
    /// How a discount is said.
    DiscountType {
        /// A part of what is left.
        Percent = "PERCENT",
        /// An amount in cents.
        Amount = "AMOUNT",
    }
}

/// A discount on the whole check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// A part of what is left.
    Percent(Percent),
    /// An amount, or what is left if that is less.
    Amount(Cents),
}

impl Reduction {
    /// What it takes from `left`.
    #[must_use]
    pub fn of(self, left: Cents) -> Cents {
        match self {
            Self::Percent(percent) => percent.of(left),
            Self::Amount(amount) => amount.min(left),
        }
    }
}

/// What a check costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// What each line costs, in the order given: from 0 to its gross price.
    pub amounts: Vec<Cents>,
    /// What each reduction took, in the order given.
    pub reductions: Vec<Cents>,
    /// Σ amounts = Σ gross − Σ reductions.
    pub total: Cents,
}

/// Applies the reductions, in order, each to what the ones before it left, and spreads it over the lines in proportion
/// to what is left of them.
///
/// # Errors
/// The lines' sum does not fit.
pub fn price(gross: &[Cents], reductions: &[Reduction]) -> Result<Priced, MoneyError> {
    let mut amounts = gross.to_vec();
    let mut total = Cents::checked_sum(gross.iter().copied())?;
    let mut taken = Vec::with_capacity(reductions.len());
    for reduction in reductions {
        let weights: Vec<u64> = amounts.iter().map(|amount| amount.get().unsigned_abs()).collect();
        let off = reduction.of(total);
        // `None` only where nothing is left, and then nothing is taken. A part is at most its line, because `off` is at
        // most the sum of the lines.
        let parts = apportion(off, &weights).unwrap_or_default();
        for (amount, part) in amounts.iter_mut().zip(parts) {
            *amount = amount.saturating_sub(part);
        }
        total = total.saturating_sub(off);
        taken.push(off);
    }
    Ok(Priced { amounts, reductions: taken, total })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cents(n: i64) -> Cents {
        Cents::new(n).unwrap()
    }

    fn percent(n: i64) -> Reduction {
        Reduction::Percent(Percent::try_from(n).unwrap())
    }

    fn numbers(amounts: &[Cents]) -> Vec<i64> {
        amounts.iter().map(|amount| amount.get()).collect()
    }

    #[test]
    fn a_percentage_rounds_half_up_once_for_the_whole_check() {
        // 10 % of 33.35 is 3.335 and rounds to 3.34; rounded line by line it would be 3.33.
        let priced = price(&[cents(1111), cents(1112), cents(1112)], &[percent(10)]).unwrap();
        assert_eq!(numbers(&priced.reductions), [334]);
        assert_eq!(priced.total, cents(3001));
        assert_eq!(numbers(&priced.amounts), [1000, 1000, 1001]);
    }

    #[test]
    fn reductions_apply_in_order_to_what_is_left() {
        let gross = [cents(1000), cents(1000)];
        let first_half = price(&gross, &[percent(50), Reduction::Amount(cents(600))]).unwrap();
        assert_eq!((numbers(&first_half.reductions), first_half.total), (vec![1000, 600], cents(400)));
        let first_amount = price(&gross, &[Reduction::Amount(cents(600)), percent(50)]).unwrap();
        assert_eq!((numbers(&first_amount.reductions), first_amount.total), (vec![600, 700], cents(700)));
    }

    #[test]
    fn nothing_is_taken_below_zero() {
        let priced = price(&[cents(300), cents(0)], &[Reduction::Amount(cents(500)), percent(10)]).unwrap();
        assert_eq!((numbers(&priced.amounts), numbers(&priced.reductions)), (vec![0, 0], vec![300, 0]));
        assert_eq!(price(&[], &[percent(10)]).unwrap().total, Cents::ZERO);
        assert_eq!(price(&[cents(i64::MAX), cents(1)], &[]), Err(MoneyError));
        assert!([0, 101, -1, 356].into_iter().all(|n| Percent::try_from(n).is_err()));
    }

    proptest! {
        #[test]
        fn lines_and_reductions_add_up(
            gross in prop::collection::vec(0..1_000_000_i64, 0..12),
            reductions in prop::collection::vec((any::<bool>(), 1..=100_i64, 0..2_000_000_i64), 0..4),
        ) {
            let gross: Vec<Cents> = gross.into_iter().map(cents).collect();
            let reductions: Vec<Reduction> = reductions.into_iter()
                .map(|(part, n, amount)| if part { percent(n) } else { Reduction::Amount(cents(amount)) })
                .collect();
            let priced = price(&gross, &reductions).unwrap();
            let sum = |amounts: &[Cents]| Cents::checked_sum(amounts.iter().copied()).unwrap();
            prop_assert_eq!(sum(&priced.amounts), priced.total);
            prop_assert_eq!(priced.total.checked_add(sum(&priced.reductions)), Ok(sum(&gross)));
            prop_assert!(priced.amounts.iter().zip(&gross).all(|(amount, gross)| amount <= gross));
        }
    }
}
