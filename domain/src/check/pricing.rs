//! What the lines of a check cost after its discounts.
//!
//! A discount is spread over the lines at once and to the cent, so that voiding, splitting and allocating only ever
//! deal with lines, and "0.04 left over" (decisions/028) has no place to be. What is struck takes along its part of an
//! amount that was meant for it by name (decisions/041).

use super::share::apportion;
use crate::{
    Cents,
    money::{MoneyError, Unit},
    status::text_enum,
    text::Refused,
};
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

    /// That part of `base` in whole units, half a unit rounded up. Never more than `base`.
    #[must_use]
    pub fn of(self, base: Cents, unit: Unit) -> Cents {
        percent_of(self.0, base, unit)
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

/// `percent` (at most 100) of `base` in whole units, half a unit rounded up; never more than `base`.
pub(crate) fn percent_of(percent: u8, base: Cents, unit: Unit) -> Cents {
    let unit = i128::from(unit.cents());
    let exact = i128::from(base.get()) * i128::from(percent.min(100));
    let rounded = (exact + 50 * unit) / (100 * unit) * unit;
    i64::try_from(rounded).ok().and_then(|cents| Cents::new(cents).ok()).unwrap_or(base).min(base)
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

/// What a discount takes off.
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
    pub fn of(self, left: Cents, unit: Unit) -> Cents {
        match self {
            Self::Percent(percent) => percent.of(left, unit),
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

/// A reduction, and the lines that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// What is taken off.
    pub reduction: Reduction,
    /// Whether each line is meant, in the order of the lines; all of them where it says nothing.
    pub lines: Option<Vec<bool>>,
}

impl From<Reduction> for Granted {
    fn from(reduction: Reduction) -> Self {
        Self { reduction, lines: None }
    }
}

impl Granted {
    /// Whether what it takes off a part of a line is lost when that part is struck.
    const fn goes_with_its_lines(&self) -> bool {
        self.lines.is_some() && matches!(self.reduction, Reduction::Amount(_))
    }

    fn is_for(&self, line: usize) -> bool {
        self.lines.as_ref().is_none_or(|lines| lines.get(line).copied().unwrap_or_default())
    }
}

/// A part of a line that was struck. It costs nothing, and what was taken off it by name is taken off nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StruckPart {
    /// The place of its line.
    pub line: usize,
    /// What it would cost. Not part of what its line costs.
    pub gross: Cents,
    /// How many of the reductions, from the first one on, were granted before it was struck.
    pub granted: usize,
}

/// Applies the reductions, in order, each to what the ones before it left of the lines that it is for, and spreads it
/// over them in proportion to that, all in whole units of the check's currency.
///
/// An amount for named lines is spread over them as they stood when it was granted; what fell on a part that was struck
/// since is gone with it. A percentage and an amount for the whole check are taken off what stands.
///
/// # Errors
/// The lines' sum does not fit.
pub fn price(gross: &[Cents], struck: &[StruckPart], reductions: &[Granted], unit: Unit) -> Result<Priced, MoneyError> {
    let said = reductions.iter().filter_map(|granted| match granted.reduction {
        Reduction::Amount(amount) => Some(amount),
        Reduction::Percent(_) => None,
    });
    let unit = unit.fitting(gross.iter().copied().chain(struck.iter().map(|part| part.gross)).chain(said));
    let mut amounts = gross.to_vec();
    let mut gone: Vec<Cents> = struck.iter().map(|part| part.gross).collect();
    let mut total = Cents::checked_sum(gross.iter().copied())?;
    let mut taken = Vec::with_capacity(reductions.len());
    for (at, granted) in reductions.iter().enumerate() {
        let meant = |line: usize, amount: Cents| if granted.is_for(line) { amount } else { Cents::ZERO };
        let stands: Vec<Cents> = amounts.iter().enumerate().map(|(line, amount)| meant(line, *amount)).collect();
        let stood = |(part, amount): (&StruckPart, &Cents)| {
            if at < part.granted { meant(part.line, *amount) } else { Cents::ZERO }
        };
        let stood: Vec<Cents> = struck.iter().zip(&gone).map(stood).collect();
        let then = as_granted(granted.reduction, &stands, (struck, &stood), unit)?;
        let parts = if granted.goes_with_its_lines() { then.stands } else { spread(granted.reduction, &stands, unit)? };
        for (amount, part) in amounts.iter_mut().zip(&parts).chain(gone.iter_mut().zip(&then.struck)) {
            *amount = amount.saturating_sub(*part);
        }
        let off = Cents::checked_sum(parts)?;
        total = total.saturating_sub(off);
        taken.push(off);
    }
    Ok(Priced { amounts, reductions: taken, total })
}

/// What a reduction takes off lines, and off the parts that were struck since.
struct Spread {
    stands: Vec<Cents>,
    struck: Vec<Cents>,
}

/// Spreads a reduction over the lines as they were before parts of them were struck, and each line's over its parts. So
/// what it takes off one line does not depend on what was struck of another.
fn as_granted(
    reduction: Reduction,
    stands: &[Cents],
    (struck, stood): (&[StruckPart], &[Cents]),
    unit: Unit,
) -> Result<Spread, MoneyError> {
    let of_line =
        |line: usize| struck.iter().zip(stood).filter(move |(part, _)| part.line == line).map(|(_, amount)| *amount);
    let whole = stands.iter().enumerate().map(|(line, amount)| Cents::checked_sum(of_line(line).chain([*amount])));
    let shares = spread(reduction, &whole.collect::<Result<Vec<_>, _>>()?, unit)?;
    let mut off = Spread { stands: Vec::with_capacity(stands.len()), struck: vec![Cents::ZERO; struck.len()] };
    for (line, share) in shares.into_iter().enumerate() {
        let weights: Vec<u64> = [stands[line]].into_iter().chain(of_line(line)).map(weight).collect();
        let parts = apportion(unit.count(share), &weights).unwrap_or_default();
        let mut parts = parts.into_iter().map(|part| unit.worth(part));
        off.stands.push(parts.next().unwrap_or_default());
        let places = struck.iter().enumerate().filter(|(_, part)| part.line == line).map(|(place, _)| place);
        for (place, part) in places.zip(parts) {
            off.struck[place] = part;
        }
    }
    Ok(off)
}

/// What a reduction takes off each of these. A part is at most its line, because all of it is at most their sum.
fn spread(reduction: Reduction, lines: &[Cents], unit: Unit) -> Result<Vec<Cents>, MoneyError> {
    let off = reduction.of(Cents::checked_sum(lines.iter().copied())?, unit);
    let weights: Vec<u64> = lines.iter().copied().map(weight).collect();
    // `None` only where nothing is left, and then nothing is taken.
    let parts = apportion(unit.count(off), &weights).unwrap_or_else(|| vec![Cents::ZERO; lines.len()]);
    Ok(parts.into_iter().map(|part| unit.worth(part)).collect())
}

fn weight(amount: Cents) -> u64 {
    amount.get().unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cents(n: i64) -> Cents {
        Cents::new(n).unwrap()
    }

    fn percent(n: i64) -> Granted {
        Reduction::Percent(Percent::try_from(n).unwrap()).into()
    }

    fn amount(n: i64) -> Granted {
        Reduction::Amount(cents(n)).into()
    }

    /// For the lines whose bit is set, or for all.
    fn some(granted: Granted, of: u16) -> Granted {
        let lines = (!of.is_multiple_of(4)).then(|| (0..16).map(|line| of >> line & 1 == 1).collect());
        Granted { lines, ..granted }
    }

    fn numbers(amounts: &[Cents]) -> Vec<i64> {
        amounts.iter().map(|amount| amount.get()).collect()
    }

    #[test]
    fn a_percentage_rounds_half_up_once_for_the_whole_check() {
        // 10 % of 33.35 is 3.335 and rounds to 3.34; rounded line by line it would be 3.33.
        let priced = price(&[cents(1111), cents(1112), cents(1112)], &[], &[percent(10)], Unit::CENT).unwrap();
        assert_eq!(numbers(&priced.reductions), [334]);
        assert_eq!(priced.total, cents(3001));
        assert_eq!(numbers(&priced.amounts), [1000, 1000, 1001]);
    }

    #[test]
    fn reductions_apply_in_order_to_what_is_left() {
        let gross = [cents(1000), cents(1000)];
        let first_half = price(&gross, &[], &[percent(50), amount(600)], Unit::CENT).unwrap();
        assert_eq!((numbers(&first_half.reductions), first_half.total), (vec![1000, 600], cents(400)));
        let first_amount = price(&gross, &[], &[amount(600), percent(50)], Unit::CENT).unwrap();
        assert_eq!((numbers(&first_amount.reductions), first_amount.total), (vec![600, 700], cents(700)));
    }

    #[test]
    fn a_reduction_is_for_the_lines_that_it_names() {
        let soup = |granted: Granted| Granted { lines: Some(vec![true, false]), ..granted };
        let priced = price(&[cents(1000), cents(2000)], &[], &[soup(percent(50))], Unit::CENT).unwrap();
        assert_eq!(
            (numbers(&priced.amounts), numbers(&priced.reductions), priced.total),
            (vec![500, 2000], vec![500], cents(2500))
        );
        let priced = price(&[cents(1000), cents(2000)], &[], &[soup(amount(5000)), percent(10)], Unit::CENT).unwrap();
        assert_eq!((numbers(&priced.amounts), numbers(&priced.reductions)), (vec![0, 1800], vec![1000, 200]));
    }

    fn struck(line: usize, gross: i64, granted: usize) -> StruckPart {
        StruckPart { line, gross: cents(gross), granted }
    }

    #[test]
    fn an_amount_goes_with_the_dish_that_it_was_named_for() {
        let both = |granted: Granted| Granted { lines: Some(vec![true, true, false]), ..granted };
        let priced = |gross: &[i64], parts: &[StruckPart], granted: &[Granted]| {
            let gross: Vec<Cents> = gross.iter().copied().map(cents).collect();
            let priced = price(&gross, parts, granted, Unit::CENT).unwrap();
            (numbers(&priced.amounts), numbers(&priced.reductions))
        };
        let six = [both(amount(600))];
        assert_eq!(priced(&[1000, 1000, 500], &[], &six), (vec![700, 700, 500], vec![600]));
        // The soup is struck: the pasta costs what it cost, and the soup's half of the discount is gone.
        assert_eq!(priced(&[0, 1000, 500], &[struck(0, 1000, 1)], &six), (vec![0, 700, 500], vec![300]));
        // Half of the soup.
        assert_eq!(priced(&[500, 1000, 500], &[struck(0, 500, 1)], &six), (vec![350, 700, 500], vec![450]));
        // It was struck before anything was taken off.
        assert_eq!(priced(&[0, 1000, 500], &[struck(0, 1000, 0)], &six), (vec![0, 400, 500], vec![600]));
        // What is meant for the whole check stays with the check.
        assert_eq!(priced(&[0, 1000, 500], &[struck(0, 1000, 1)], &[amount(600)]), (vec![0, 600, 300], vec![600]));
        // One before the strike and one after it, each by what stood when it was granted.
        let two = [both(amount(600)), both(amount(200))];
        assert_eq!(priced(&[0, 1000, 500], &[struck(0, 1000, 1)], &two), (vec![0, 500, 500], vec![300, 200]));
    }

    #[test]
    fn nothing_is_taken_below_zero() {
        let priced = price(&[cents(300), cents(0)], &[], &[amount(500), percent(10)], Unit::CENT).unwrap();
        assert_eq!((numbers(&priced.amounts), numbers(&priced.reductions)), (vec![0, 0], vec![300, 0]));
        assert_eq!(price(&[], &[], &[percent(10)], Unit::CENT).unwrap().total, Cents::ZERO);
        assert_eq!(price(&[cents(i64::MAX), cents(1)], &[], &[], Unit::CENT), Err(MoneyError));
        assert!([0, 101, -1, 356].into_iter().all(|n| Percent::try_from(n).is_err()));
    }

    #[test]
    fn a_currency_without_cents_is_discounted_in_whole_units() {
        let peso = Unit::of(crate::Currency::Clp);
        // 10 % of 3,335 pesos is 333.5 and rounds to 334.
        let gross = [cents(111_100), cents(111_200), cents(111_200)];
        let priced = price(&gross, &[], &[percent(10)], peso).unwrap();
        assert_eq!((numbers(&priced.reductions), priced.total), (vec![33_400], cents(300_100)));
        assert_eq!(numbers(&priced.amounts), [100_000, 100_000, 100_100]);
        let less = price(&gross, &[], &[amount(100)], peso).unwrap();
        assert_eq!(numbers(&less.amounts), [111_100, 111_100, 111_200]);
        // A price of before the currency was set is not made unpayable twice.
        assert_eq!(numbers(&price(&[cents(150)], &[], &[percent(10)], peso).unwrap().amounts), [135]);
    }

    proptest! {
        #[test]
        fn whole_units_stay_whole(
            gross in prop::collection::vec(0..1_000_000_i64, 0..12), parts in prop::collection::vec((any::<u16>(), 1..=100_i64), 0..4),
        ) {
            let peso = Unit::of(crate::Currency::Clp);
            let gross: Vec<Cents> = gross.into_iter().map(|units| cents(units * 100)).collect();
            let parts: Vec<Granted> = parts.into_iter().map(|(of, n)| some(percent(n), of)).collect();
            let priced = price(&gross, &[], &parts, peso).unwrap();
            prop_assert!(priced.amounts.iter().chain(&priced.reductions).all(|amount| peso.pays(*amount)));
            prop_assert_eq!(Cents::checked_sum(priced.amounts.iter().copied()), Ok(priced.total));
        }

        /// Whatever is struck after amounts were taken off by name, what is left costs what it cost.
        #[test]
        fn what_is_struck_moves_no_named_amount(
            lines in prop::collection::vec((0..1_000_000_i64, 0..=100_i64), 1..12),
            off in prop::collection::vec((any::<u16>(), 0..2_000_000_i64), 0..4), peso in any::<bool>(),
        ) {
            let unit = if peso { Unit::of(crate::Currency::Clp) } else { Unit::CENT };
            let gross: Vec<Cents> = lines.iter().map(|(gross, _)| cents(gross * unit.cents())).collect();
            let named = |of: u16| Some((0..lines.len()).map(|line| of >> line & 1 == 1).collect());
            let off: Vec<Granted> = off.iter()
                .map(|(of, n)| Granted { lines: named(*of), ..amount(n * unit.cents()) }).collect();
            let before = price(&gross, &[], &off, unit).unwrap();
            // Every second line or so loses a part, or all of it.
            let gone = |(line, (gross, part)): (usize, &(i64, i64))| (line % 2 == 0).then(|| StruckPart {
                line, gross: cents(gross * part / 100 * unit.cents()), granted: off.len(),
            });
            let parts: Vec<StruckPart> = lines.iter().enumerate().filter_map(gone).collect();
            let mut left = gross.clone();
            for part in &parts {
                left[part.line] = left[part.line].saturating_sub(part.gross);
            }
            let after = price(&left, &parts, &off, unit).unwrap();
            for line in 0..lines.len() {
                let is_struck = parts.iter().any(|part| part.line == line);
                prop_assert!(is_struck || after.amounts[line] == before.amounts[line]);
                prop_assert!(after.amounts[line] <= before.amounts[line] && unit.pays(after.amounts[line]));
            }
            let sum = |amounts: &[Cents]| Cents::checked_sum(amounts.iter().copied()).unwrap();
            prop_assert_eq!(sum(&after.amounts), after.total);
            prop_assert_eq!(after.total.checked_add(sum(&after.reductions)), Ok(sum(&left)));
        }

        #[test]
        fn lines_and_reductions_add_up(
            gross in prop::collection::vec(0..1_000_000_i64, 0..12),
            reductions in prop::collection::vec((any::<bool>(), any::<u16>(), 1..=100_i64, 0..2_000_000_i64), 0..4),
        ) {
            let gross: Vec<Cents> = gross.into_iter().map(cents).collect();
            let reductions: Vec<Granted> = reductions.into_iter()
                .map(|(part, of, n, off)| some(if part { percent(n) } else { amount(off) }, of))
                .collect();
            let priced = price(&gross, &[], &reductions, Unit::CENT).unwrap();
            let sum = |amounts: &[Cents]| Cents::checked_sum(amounts.iter().copied()).unwrap();
            prop_assert_eq!(sum(&priced.amounts), priced.total);
            prop_assert_eq!(priced.total.checked_add(sum(&priced.reductions)), Ok(sum(&gross)));
            prop_assert!(priced.amounts.iter().zip(&gross).all(|(amount, gross)| amount <= gross));
        }
    }
}
