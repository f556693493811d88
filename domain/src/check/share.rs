//! Dividing an amount so that not a cent is lost or made up: largest remainder, ties to the earlier index.
//!
//! Every division of money in the product goes through here: discounts over lines, shared dishes over diners, equal
//! splits. What the callers must do is list the parts in an order that does not depend on chance (by id).

use crate::Cents;

/// Divides `total` in proportion to `weights`. The parts sum to `total`; each is its exact quota rounded down or up; a
/// weight of 0 gets nothing.
///
/// `None` when there is something to divide and nobody to get it: no weights, or all of them 0.
#[must_use]
pub fn apportion(total: Cents, weights: &[u64]) -> Option<Vec<Cents>> {
    let amount = u128::from(total.get().unsigned_abs());
    let sum: u128 = weights.iter().copied().map(u128::from).sum();
    if sum == 0 {
        return (amount == 0).then(|| vec![Cents::ZERO; weights.len()]);
    }
    // Below 2^63 · 2^64, so it fits.
    let quota = |weight: u64| (amount * u128::from(weight) / sum, amount * u128::from(weight) % sum);
    let (mut parts, remainders): (Vec<u128>, Vec<u128>) = weights.iter().map(|weight| quota(*weight)).unzip();
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    by_remainder.sort_by_key(|index| (std::cmp::Reverse(remainders[*index]), *index));
    // The remainders sum to `missing` times `sum` and each is below `sum`, so more parts have one than cents are
    // missing.
    let missing = amount - parts.iter().sum::<u128>();
    for index in by_remainder.into_iter().take(usize::try_from(missing).ok()?) {
        parts[index] += 1;
    }
    parts.into_iter().map(|part| Cents::new(i64::try_from(part).ok()?).ok()).collect()
}

/// Divides `total` into `n` parts that differ by a cent at most, the larger ones first. `None` when `n` is 0 and there
/// is something to divide.
#[must_use]
pub fn equal(total: Cents, n: usize) -> Option<Vec<Cents>> {
    apportion(total, &vec![1; n])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cents(n: i64) -> Cents {
        Cents::new(n).unwrap()
    }

    fn numbers(parts: Option<Vec<Cents>>) -> Vec<i64> {
        parts.unwrap().into_iter().map(Cents::get).collect()
    }

    #[test]
    fn ties_go_to_the_earlier_index() {
        assert_eq!(numbers(equal(cents(1000), 3)), [334, 333, 333]);
        assert_eq!(numbers(equal(cents(999), 2)), [500, 499]);
        assert_eq!(numbers(equal(cents(2), 4)), [1, 1, 0, 0]);
        assert_eq!(numbers(apportion(cents(100), &[1, 1, 4])), [17, 17, 66]);
        assert_eq!(numbers(apportion(cents(10), &[0, 3, 0, 3])), [0, 5, 0, 5]);
    }

    #[test]
    fn nobody_cannot_pay_something() {
        assert_eq!(equal(cents(1), 0), None);
        assert_eq!(apportion(cents(1), &[0, 0]), None);
        assert_eq!(equal(cents(0), 0), Some(vec![]));
        assert_eq!(numbers(apportion(cents(0), &[0, 0])), [0, 0]);
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let all = cents(i64::MAX);
        let parts = apportion(all, &[u64::MAX, u64::MAX, 1]).unwrap();
        assert_eq!(Cents::checked_sum(parts), Ok(all));
    }

    proptest! {
        #[test]
        fn parts_are_quotas_rounded_and_sum_to_the_whole(
            total in 0..=i64::MAX, weights in prop::collection::vec(0..=u64::MAX, 1..12),
        ) {
            let sum: u128 = weights.iter().copied().map(u128::from).sum();
            prop_assume!(sum > 0);
            let parts = apportion(cents(total), &weights).unwrap();
            prop_assert_eq!(Cents::checked_sum(parts.iter().copied()), Ok(cents(total)));
            for (part, weight) in parts.iter().zip(&weights) {
                let quota = u128::from(total.unsigned_abs()) * u128::from(*weight);
                let part = u128::from(part.get().unsigned_abs());
                prop_assert!(part == quota / sum || part == quota.div_ceil(sum));
            }
        }
    }
}
