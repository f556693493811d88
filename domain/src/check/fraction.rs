//! A part of one item: a half of the pizza, a third of the bottle.

use std::fmt;

/// The finest division of one item. Small enough that sums of fractions stay exact in 64 bits: the least common
/// multiple of 1 to 40 is below 2^53.
pub const MAX_DEN: u32 = 40;

/// `num` out of `den` equal parts, from 1/40 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    num: u32,
    den: u32,
}

/// `num` and `den` do not make a part of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("num and den must make a fraction: 1 <= num <= den <= {MAX_DEN}")]
pub struct NoFraction;

impl Fraction {
    /// All of it.
    pub const WHOLE: Self = Self { num: 1, den: 1 };

    /// `num` out of `den`.
    ///
    /// # Errors
    /// Unless 1 <= num <= den <= 40.
    pub const fn new(num: u32, den: u32) -> Result<Self, NoFraction> {
        if num >= 1 && num <= den && den <= MAX_DEN { Ok(Self { num, den }) } else { Err(NoFraction) }
    }

    /// The number of parts.
    #[must_use]
    pub const fn num(self) -> u32 {
        self.num
    }

    /// How many parts make the whole.
    #[must_use]
    pub const fn den(self) -> u32 {
        self.den
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

/// The fractions over one denominator, which comes second.
pub(super) fn common(fractions: &[Fraction]) -> (Vec<u64>, u64) {
    let whole = fractions.iter().fold(1, |whole, fraction| lcm(whole, fraction.den.into()));
    let weights = fractions.iter().map(|fraction| u64::from(fraction.num) * (whole / u64::from(fraction.den)));
    (weights.collect(), whole)
}

const fn lcm(a: u64, b: u64) -> u64 {
    let (mut high, mut low) = (a, b);
    while low != 0 {
        (high, low) = (low, high % low);
    }
    a / high * b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_is_a_part() {
        for (num, den) in [(0, 1), (1, 0), (3, 2), (1, 41), (0, 0)] {
            assert_eq!(Fraction::new(num, den), Err(NoFraction), "{num}/{den}");
        }
        assert_eq!(Fraction::new(1, 1), Ok(Fraction::WHOLE));
    }

    #[test]
    fn every_denominator_has_a_common_one() {
        let all: Vec<Fraction> = (1..=MAX_DEN).map(|den| Fraction::new(1, den).unwrap()).collect();
        let (weights, whole) = common(&all);
        assert_eq!(whole, 5_342_931_457_063_200);
        assert!(weights.iter().zip(&all).all(|(weight, part)| weight * u64::from(part.den()) == whole));
    }
}
