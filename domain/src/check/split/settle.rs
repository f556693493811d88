//! Who owes what now: shares less what was paid, where some paid too much and some money is nobody's.
//!
//! The rule: everybody's share is lowered by the same factor until the money in sight completes the bill; whoever has
//! paid more than its lowered share owes nothing. Since paying what one owes changes neither the factor nor anybody
//! else's sum, the phones may pay in any order, one after the other, and ask again in between.

use crate::Cents;
use std::cmp::Reverse;

/// One part of a split.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stake {
    pub(super) share: Cents,
    pub(super) paid: Cents,
}

/// What each owes, and what of `unassigned` is left for nobody. `loose` is money that is nobody's; it and what somebody
/// paid beyond its share covers first what nobody took, then lowers what the others owe.
///
/// The sum of all is shares + unassigned − paid − loose, which must not be negative.
pub(super) fn settle(stakes: &[Stake], unassigned: Cents, loose: Cents) -> (Vec<Cents>, Cents) {
    let sum = |of: fn(&Stake) -> Cents| stakes.iter().map(of).fold(Cents::ZERO, Cents::saturating_add);
    let free = sum(|stake| stake.paid.saturating_sub(stake.share)).saturating_add(loose);
    if free <= unassigned {
        let owes = stakes.iter().map(|stake| stake.share.saturating_sub(stake.paid)).collect();
        return (owes, unassigned.saturating_sub(free));
    }
    // What the stakes together will have paid in the end.
    let end = sum(|stake| stake.share).saturating_add(unassigned).saturating_sub(loose);
    (lowered(stakes, end), Cents::ZERO)
}

/// The part of a lowered share that is certain, and what is lost by rounding it down (in units of 1/Σ shares).
struct Quota {
    index: usize,
    floor: u128,
    remainder: u128,
    paid: u128,
}

/// What each owes when all together end at `end`. Whoever is ahead of its lowered share is set aside with what it paid,
/// which lowers the others' further, until nobody is.
fn lowered(stakes: &[Stake], end: Cents) -> Vec<Cents> {
    let number = |cents: Cents| u128::from(cents.get().unsigned_abs());
    let mut active: Vec<usize> = (0..stakes.len()).filter(|index| stakes[*index].share > Cents::ZERO).collect();
    let mut owes = vec![Cents::ZERO; stakes.len()];
    while !active.is_empty() {
        let aside: u128 = (0..stakes.len()).filter(|i| !active.contains(i)).map(|i| number(stakes[i].paid)).sum();
        let budget = number(end).saturating_sub(aside);
        let whole: u128 = active.iter().map(|index| number(stakes[*index].share)).sum();
        let mut quotas: Vec<Quota> = active
            .iter()
            .map(|&index| {
                let exact = budget * number(stakes[index].share);
                Quota { index, floor: exact / whole, remainder: exact % whole, paid: number(stakes[index].paid) }
            })
            .collect();
        let odd_cents = budget - quotas.iter().map(|quota| quota.floor).sum::<u128>();
        // Ahead by rounding at most: it got an odd cent when it asked, and keeps it as long as there are enough.
        let ahead = |quota: &Quota| quota.paid > quota.floor;
        let too_far = |quota: &Quota| quota.paid > quota.floor + u128::from(quota.remainder > 0);
        let leaves: Vec<usize> = if quotas.iter().any(too_far) {
            quotas.iter().filter(|quota| too_far(quota)).map(|quota| quota.index).collect()
        } else if quotas.iter().filter(|quota| ahead(quota)).count() as u128 > odd_cents {
            quotas.iter().filter(|quota| ahead(quota)).map(|quota| quota.index).collect()
        } else {
            Vec::new()
        };
        if leaves.is_empty() {
            quotas.sort_by_key(|quota| (!ahead(quota), Reverse(quota.remainder), quota.index));
            for (place, quota) in (0_u128..).zip(quotas) {
                let share = quota.floor + u128::from(place < odd_cents);
                let rest = i64::try_from(share.saturating_sub(quota.paid)).unwrap_or_default();
                owes[quota.index] = Cents::new(rest).unwrap_or_default();
            }
            break;
        }
        active.retain(|index| !leaves.contains(index));
    }
    owes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(n: i64) -> Cents {
        Cents::new(n).unwrap()
    }

    fn owed(stakes: &[(i64, i64)], unassigned: i64, loose: i64) -> (Vec<i64>, i64) {
        let stakes: Vec<Stake> =
            stakes.iter().map(|(share, paid)| Stake { share: cents(*share), paid: cents(*paid) }).collect();
        let (owes, left) = settle(&stakes, cents(unassigned), cents(loose));
        (owes.into_iter().map(Cents::get).collect(), left.get())
    }

    #[test]
    fn whoever_paid_its_share_owes_nothing() {
        assert_eq!(owed(&[(500, 500), (500, 100)], 0, 0), (vec![0, 400], 0));
    }

    #[test]
    fn an_overpayment_lowers_the_others_in_proportion() {
        assert_eq!(owed(&[(500, 800), (300, 0), (200, 0)], 0, 0), (vec![0, 120, 80], 0));
        // The second has paid more than its lowered share (of which 240 would be its part), so the third owes the rest.
        assert_eq!(owed(&[(500, 600), (300, 280), (200, 0)], 0, 0), (vec![0, 0, 120], 0));
    }

    #[test]
    fn free_money_covers_first_what_nobody_took() {
        assert_eq!(owed(&[(500, 0)], 500, 300), (vec![500], 200));
        assert_eq!(owed(&[(500, 700)], 500, 0), (vec![0], 300));
        assert_eq!(owed(&[(500, 0)], 500, 600), (vec![400], 0));
        assert_eq!(owed(&[], 500, 500), (vec![], 0));
    }

    #[test]
    fn paying_what_one_owes_changes_nobody_elses_sum() {
        let mut stakes = [(500, 0), (500, 0)];
        assert_eq!(owed(&stakes, 0, 501), (vec![250, 249], 0));
        stakes[0].1 = 250;
        assert_eq!(owed(&stakes, 0, 501), (vec![0, 249], 0));
    }
}
