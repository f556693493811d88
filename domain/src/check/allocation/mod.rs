//! Which payment covers which charge: a pure function of all payments and all charges of a check, so the result does
//! not depend on the order in which the provider's notices arrive (design.md §6, payments.md §5 step 5).
//!
//! It keeps **I8** by construction: the parts of a payment sum to its net at most, those of a charge to its amount at
//! most. What a payment has beyond that is unapplied credit, never a part.

mod ledger;
#[cfg(test)]
mod tests;

pub use ledger::{Entry, apply, difference};

use crate::{Cents, ChargeId, DinerId, PaymentId};
use ledger::Parts;
use std::collections::{BTreeMap, BTreeSet};

/// What one charge costs. In a slice: oldest first, by `(created_at, id)`, each charge once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The charge.
    pub charge: ChargeId,
    /// What it costs now; nothing when it was voided.
    pub amount: Cents,
    /// Who ordered it; `None` when it is shared.
    pub diner: Option<DinerId>,
}

/// What one payment is worth. In a slice: in the order of `(approved_at, payment id)`, each payment once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The payment.
    pub payment: PaymentId,
    /// What of it counts towards the bill now.
    pub net: Cents,
    /// Which diner paid; `None` when nobody said.
    pub payer: Option<DinerId>,
    /// What the payer said it pays: at most so many cents of that charge, in order.
    pub targets: Vec<(ChargeId, Cents)>,
}

/// A part of a payment that covers a part of a charge. In a slice: oldest first, each pair once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The payment.
    pub payment: PaymentId,
    /// The charge.
    pub charge: ChargeId,
    /// More than nothing.
    pub amount: Cents,
}

/// What a charge came to be less by, after it was ordered, for its guest alone: it was struck, or a discount named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The charge.
    pub charge: ChargeId,
    /// By how much. Not part of what the charge costs now.
    pub amount: Cents,
    /// The payments that were begun before.
    pub before: BTreeSet<PaymentId>,
}

/// What of each payment is somebody's to have back, and whose: the payer's, else that guest's whose dish it had
/// covered, else nobody's by name. It covers that guest's own dishes and nobody else's.
pub type Kept = BTreeMap<PaymentId, BTreeMap<Option<DinerId>, Cents>>;

/// What of each payment had covered what was lost since, by the rules of [`allocate`] (decisions/040).
///
/// | | one guest's dish | a dish of the table |
/// |---|---|---|
/// | **a guest paid** | the payer's to have back | the payer's to have back |
/// | **nobody said who** | that guest's to have back | moves on, unless it was said to be for this dish |
///
/// It follows from the charges and the payments alone, like everything here, so it does not matter when it is asked.
#[must_use]
pub fn kept(dues: &[Due], lost: &[Lost], credits: &[Credit]) -> Kept {
    let mut kept = Kept::new();
    if lost.is_empty() {
        return kept;
    }
    let place = places(dues);
    let mut whole = dues.to_vec();
    let mut losses: Vec<Vec<(&Lost, Cents)>> = vec![Vec::new(); dues.len()];
    for loss in lost {
        if let Some(index) = place.get(&loss.charge) {
            whole[*index].amount = whole[*index].amount.saturating_add(loss.amount);
            losses[*index].push((loss, loss.amount));
        }
    }
    let mut open: Vec<Cents> = dues.iter().map(|due| due.amount).collect();
    for credit in credits {
        let mut left = credit.net;
        for Wish { index, most, said } in wishes(credit, &whole, &place, &Parts::default()) {
            let mut take = |open: &mut Cents, most: Cents| {
                let part = most.min(*open).min(left);
                (*open, left) = (open.saturating_sub(part), left.saturating_sub(part));
                part
            };
            let mut most = most.saturating_sub(take(&mut open[index], most));
            let whose = credit.payer.or(dues[index].diner);
            for (_, open) in losses[index].iter_mut().filter(|(loss, _)| loss.before.contains(&credit.payment)) {
                let part = take(open, most);
                most = most.saturating_sub(part);
                if part > Cents::ZERO && (said || whose.is_some()) {
                    let own = kept.entry(credit.payment).or_default().entry(whose).or_default();
                    *own = own.saturating_add(part);
                }
            }
        }
    }
    kept
}

/// Covers the charges of an open check: payment by payment, first what its payer said, then the payer's own charges,
/// then shared ones, then those of others, each oldest first. What is a guest's to have back covers that guest's own
/// alone.
#[must_use]
pub fn allocate(dues: &[Due], credits: &[Credit], kept: &Kept) -> Vec<Part> {
    give(Parts::default(), dues, credits, kept).into_vec()
}

/// Brings the parts of a closed check in line without reshuffling them: whoever was told "your dish is paid" stays
/// told.
///
/// Takes back only what no longer fits (the newest parts first: of a payment whose net fell, then of a charge whose
/// amount fell; both count as nothing when they are not listed), then gives free money to open charges as [`allocate`]
/// would. Doing it twice changes nothing.
#[must_use]
pub fn adjust(existing: &[Part], dues: &[Due], credits: &[Credit], kept: &Kept) -> Vec<Part> {
    let mut parts = Parts::from_slice(existing);
    let net: BTreeMap<PaymentId, Cents> = credits.iter().map(|credit| (credit.payment, credit.net)).collect();
    let amount: BTreeMap<ChargeId, Cents> = dues.iter().map(|due| (due.charge, due.amount)).collect();
    parts.fit(|part| part.payment, |payment| net.get(&payment).copied().unwrap_or_default());
    parts.fit(|part| part.charge, |charge| amount.get(&charge).copied().unwrap_or_default());
    give(parts, dues, credits, kept).into_vec()
}

/// Gives what the payments still have to what is still open. `parts` must fit the nets and the amounts.
fn give(mut parts: Parts, dues: &[Due], credits: &[Credit], kept: &Kept) -> Parts {
    let mut open: Vec<Cents> =
        dues.iter().map(|due| due.amount.saturating_sub(parts.sum(|part| part.charge == due.charge))).collect();
    let place = places(dues);
    for credit in credits {
        let mut purse = Purse::of(credit, kept, &parts, dues, &place);
        for Wish { index, most, .. } in wishes(credit, dues, &place, &parts) {
            let Due { charge, diner, .. } = dues[index];
            let amount = most.min(open[index]).min(purse.free_for(diner));
            open[index] = open[index].saturating_sub(amount);
            purse.spend(diner, amount);
            parts.add(Part { payment: credit.payment, charge, amount });
        }
    }
    parts
}

/// What a payment still has: for anybody's dishes, and what is to go back, for the dishes of those whose it is.
struct Purse {
    loose: Cents,
    own: BTreeMap<Option<DinerId>, Cents>,
}

impl Purse {
    fn of(credit: &Credit, kept: &Kept, parts: &Parts, dues: &[Due], place: &BTreeMap<ChargeId, usize>) -> Self {
        let own = kept.get(&credit.payment).cloned().unwrap_or_default();
        let back = own.values().copied().fold(Cents::ZERO, Cents::saturating_add);
        let mut purse = Self { loose: credit.net.saturating_sub(back), own };
        let diner = |part: &Part| place.get(&part.charge).and_then(|index| dues[*index].diner);
        let covered = parts.of(credit.payment).map(|part| (diner(&part), part.amount));
        // What lies on other dishes was loose; the owners' took what that left before they took their own.
        let (owners, others): (Vec<_>, Vec<_>) = covered.partition(|(diner, _)| purse.own_of(*diner) > Cents::ZERO);
        for (diner, amount) in others.into_iter().chain(owners) {
            purse.spend(diner, amount);
        }
        purse
    }

    fn own_of(&self, diner: Option<DinerId>) -> Cents {
        diner.and_then(|diner| self.own.get(&Some(diner))).copied().unwrap_or_default()
    }

    fn free_for(&self, diner: Option<DinerId>) -> Cents {
        self.loose.saturating_add(self.own_of(diner))
    }

    fn spend(&mut self, diner: Option<DinerId>, amount: Cents) {
        let mut rest = amount;
        let mut take = |from: &mut Cents| {
            let part = rest.min(*from);
            (*from, rest) = (from.saturating_sub(part), rest.saturating_sub(part));
        };
        take(&mut self.loose);
        if let Some(own) = diner.and_then(|diner| self.own.get_mut(&Some(diner))) {
            take(own);
        }
        // Only of a closed check, whose parts stay where they are.
        self.own.values_mut().for_each(take);
    }
}

fn places(dues: &[Due]) -> BTreeMap<ChargeId, usize> {
    dues.iter().enumerate().map(|(index, due)| (due.charge, index)).collect()
}

/// Where a payment goes.
struct Wish {
    /// To which of the dues.
    index: usize,
    /// The most that it gives there.
    most: Cents,
    /// Whether its payer said so.
    said: bool,
}

/// Where a payment goes, in order. What it covers already of a charge it was meant for counts towards that target.
fn wishes(credit: &Credit, dues: &[Due], place: &BTreeMap<ChargeId, usize>, parts: &Parts) -> Vec<Wish> {
    let mut covered: BTreeMap<ChargeId, Cents> = BTreeMap::new();
    let mut wishes = Vec::with_capacity(credit.targets.len() + dues.len());
    for (charge, cents) in &credit.targets {
        let Some(index) = place.get(charge) else { continue };
        let already = covered
            .entry(*charge)
            .or_insert_with(|| parts.sum(|part| part.payment == credit.payment && part.charge == *charge));
        wishes.push(Wish { index: *index, most: cents.saturating_sub(*already), said: true });
        *already = already.saturating_sub(*cents);
    }
    let mut rest: Vec<usize> = (0..dues.len()).collect();
    // Stable, so each class stays oldest first.
    rest.sort_by_key(|index| class(credit.payer, dues[*index].diner));
    wishes.extend(rest.into_iter().map(|index| Wish { index, most: dues[index].amount, said: false }));
    wishes
}

/// The payer's own charges come first, then shared ones, then those of others; without a payer all are alike.
fn class(payer: Option<DinerId>, diner: Option<DinerId>) -> u8 {
    match (payer, diner) {
        (None, _) => 0,
        (Some(payer), Some(diner)) if payer == diner => 0,
        (Some(_), None) => 1,
        (Some(_), Some(_)) => 2,
    }
}
