//! Claims: whether a diner may say "I pay this", and for how many cents, so that two phones never pay the same item.
//!
//! A claim is told its cents when it is made and keeps them: a later claim, or one that lapses, does not change what
//! another phone already shows. Only what changes the item's own price does.

use super::fraction::{Fraction, common};
use crate::{Cents, money::Unit};

/// A claim on the same charge by somebody else: one that is live, or one that was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which part of the charge.
    pub fraction: Fraction,
    /// The cents it was told.
    pub cents: Cents,
    /// Whether its payment is among what the charge was paid; else it is live.
    pub paid: bool,
}

/// Why a claim is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimRefused {
    /// Nothing is left to pay.
    #[error("the item is paid")]
    Paid,
    /// Others hold so much of it that this part is not left.
    #[error("others are paying this item; {} cents of it are free", free.get())]
    Taken {
        /// What nobody pays or has paid.
        free: Cents,
    },
}

/// How many cents a claim of `fraction` of a charge of `amount` gets, of which `paid` is covered by payments of
/// whatever kind and `others` are the claims that are not the claimant's own.
///
/// Successive claims get what a division by largest remainder would give in that order (two halves of 999: 500, 499),
/// and whoever completes the item gets exactly the rest, whichever claims lapsed in between. Money that came without a
/// claim lowers what is left to claim. What costs nothing is claimed like anything else, and comes to nothing. A
/// part is whole units of the check's currency.
///
/// # Errors
/// [`ClaimRefused`] when the part is not free.
pub fn claim(
    amount: Cents,
    paid: Cents,
    others: &[Held],
    fraction: Fraction,
    unit: Unit,
) -> Result<Cents, ClaimRefused> {
    let unit = unit.fitting(others.iter().map(|held| held.cents).chain([amount, paid]));
    let others: Vec<Held> = others.iter().map(|held| Held { cents: unit.count(held.cents), ..*held }).collect();
    match counted(unit.count(amount), unit.count(paid), &others, fraction) {
        Ok(part) => Ok(unit.worth(part)),
        Err(ClaimRefused::Taken { free }) => Err(ClaimRefused::Taken { free: unit.worth(free) }),
        Err(ClaimRefused::Paid) => Err(ClaimRefused::Paid),
    }
}

/// The same where all is counted in units.
fn counted(amount: Cents, paid: Cents, others: &[Held], fraction: Fraction) -> Result<Cents, ClaimRefused> {
    let sum = |of: &mut dyn Iterator<Item = &Held>| of.fold(Cents::ZERO, |sum, held| sum.saturating_add(held.cents));
    let held = sum(&mut others.iter());
    let unclaimed_money = paid.saturating_sub(sum(&mut others.iter().filter(|held| held.paid)));
    let free = amount.saturating_sub(held).saturating_sub(unclaimed_money);
    if amount > Cents::ZERO && free == Cents::ZERO && (paid >= amount || others.iter().all(|held| held.paid)) {
        return Err(ClaimRefused::Paid);
    }

    let fractions: Vec<Fraction> = others.iter().map(|held| held.fraction).chain([fraction]).collect();
    let (weights, whole) = common(&fractions);
    let (before, mine): (u128, u128) =
        (weights[..others.len()].iter().copied().map(u128::from).sum(), weights[others.len()].into());
    let whole = u128::from(whole);
    if before + mine > whole {
        return Err(ClaimRefused::Taken { free });
    }
    let price = u128::from(amount.get().unsigned_abs());
    // With this claim, all of them together shall hold their quota, rounded up; each its own, rounded to a side.
    let together = (price * (before + mine)).div_ceil(whole);
    let due = together.saturating_sub(held.get().unsigned_abs().into());
    let rounded =
        if before + mine == whole { due } else { due.clamp(price * mine / whole, (price * mine).div_ceil(whole)) };
    let cents = i64::try_from(rounded).ok().and_then(|cents| Cents::new(cents).ok()).unwrap_or(free).min(free);
    // Others' claims and loose money cover it all.
    if cents == Cents::ZERO && amount > Cents::ZERO && free == Cents::ZERO {
        return Err(ClaimRefused::Taken { free });
    }
    Ok(cents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cents(n: i64) -> Cents {
        Cents::new(n).unwrap()
    }

    fn part(num: u32, den: u32) -> Fraction {
        Fraction::new(num, den).unwrap()
    }

    /// Claims one after the other; what each was told.
    fn told(amount: i64, fractions: &[Fraction]) -> Vec<Result<i64, ClaimRefused>> {
        let mut held: Vec<Held> = Vec::new();
        let mut told = Vec::new();
        for fraction in fractions {
            let answer = claim(cents(amount), Cents::ZERO, &held, *fraction, Unit::CENT);
            held.extend(answer.ok().map(|cents| Held { fraction: *fraction, cents, paid: false }));
            told.push(answer.map(Cents::get));
        }
        told
    }

    #[test]
    fn the_last_one_gets_the_rest() {
        assert_eq!(told(999, &[part(1, 2), part(1, 2)]), [Ok(500), Ok(499)]);
        assert_eq!(told(1000, &[part(1, 3), part(1, 3), part(1, 3)]), [Ok(334), Ok(333), Ok(333)]);
        assert_eq!(told(1000, &[part(1, 2), part(1, 3), part(1, 6)]), [Ok(500), Ok(334), Ok(166)]);
        assert_eq!(told(1, &[part(1, 3), part(1, 3), part(1, 3)]).len(), 3);
    }

    #[test]
    fn what_is_taken_cannot_be_claimed() {
        assert_eq!(told(1000, &[Fraction::WHOLE, part(1, 40)])[1], Err(ClaimRefused::Taken { free: Cents::ZERO }));
        let refused = told(1000, &[part(2, 3), part(1, 2)])[1];
        assert_eq!(refused, Err(ClaimRefused::Taken { free: cents(333) }));
        assert_eq!(claim(cents(1000), cents(1000), &[], part(1, 2), Unit::CENT), Err(ClaimRefused::Paid));
        let free = told(0, &[part(1, 2), part(1, 2), part(1, 2)]);
        assert_eq!(free, [Ok(0), Ok(0), Err(ClaimRefused::Taken { free: Cents::ZERO })]);
    }

    #[test]
    fn a_lapsed_claim_does_not_change_what_others_were_told() {
        // 500 lapsed; the other half was told 499 and the new one completes the item.
        let held = Held { fraction: part(1, 2), cents: cents(499), paid: false };
        assert_eq!(claim(cents(999), Cents::ZERO, &[held], part(1, 2), Unit::CENT), Ok(cents(500)));
    }

    #[test]
    fn money_without_a_claim_lowers_what_is_left() {
        assert_eq!(claim(cents(1000), cents(700), &[], part(1, 2), Unit::CENT), Ok(cents(300)));
        let paid = Held { fraction: part(1, 2), cents: cents(500), paid: true };
        assert_eq!(claim(cents(1000), cents(500), &[paid], part(1, 2), Unit::CENT), Ok(cents(500)));
        assert_eq!(claim(cents(1000), cents(800), &[paid], part(1, 2), Unit::CENT), Ok(cents(200)));
    }

    #[test]
    fn a_currency_without_cents_is_claimed_in_whole_units() {
        let peso = Unit::of(crate::Currency::Clp);
        let third = |held: &[Held]| claim(cents(100_000), Cents::ZERO, held, part(1, 3), peso);
        let held = |amount| Held { fraction: part(1, 3), cents: cents(amount), paid: false };
        assert_eq!(third(&[]), Ok(cents(33_400)));
        assert_eq!(third(&[held(33_400)]), Ok(cents(33_300)));
        assert_eq!(third(&[held(33_400), held(33_300)]), Ok(cents(33_300)));
        let refused = claim(cents(100_000), Cents::ZERO, &[held(33_400)], Fraction::WHOLE, peso);
        assert_eq!(refused, Err(ClaimRefused::Taken { free: cents(66_600) }));
    }

    proptest! {
        /// Claims come, are paid and lapse in any order: together they never hold more than there is to pay, and once
        /// they make up the whole item they hold exactly what it costs.
        #[test]
        fn claims_never_overlap(
            amount in 1..2_000_i64,
            acts in prop::collection::vec((0..4_u8, 1..8_u32, 1..8_u32, any::<prop::sample::Index>()), 1..24),
        ) {
            let mut held: Vec<Held> = Vec::new();
            for (act, a, b, which) in acts {
                match act {
                    0 if !held.is_empty() => {
                        let index = which.index(held.len());
                        if !held[index].paid { held.remove(index); }
                    }
                    1 if !held.is_empty() => { let index = which.index(held.len()); held[index].paid = true; }
                    _ => {
                        let fraction = part(a.min(b), a.max(b));
                        let paid: i64 = held.iter().filter(|held| held.paid).map(|held| held.cents.get()).sum();
                        if let Ok(cents) = claim(cents(amount), cents(paid), &held, fraction, Unit::CENT) {
                            held.push(Held { fraction, cents, paid: false });
                        }
                    }
                }
                let sum: i64 = held.iter().map(|held| held.cents.get()).sum();
                prop_assert!(sum <= amount);
                let (weights, whole) = common(&held.iter().map(|held| held.fraction).collect::<Vec<_>>());
                if weights.iter().sum::<u64>() == whole && !held.is_empty() {
                    prop_assert_eq!(sum, amount);
                }
            }
        }
    }
}
