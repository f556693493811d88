//! The parts as the ledger keeps them: one per payment and charge, and what must be appended to get from one state to
//! another.

use super::Part;
use crate::{Cents, ChargeId, PaymentId};
use std::collections::BTreeMap;

/// A row to append. Signed, unlike [`Cents`]: the ledger takes back by a negative row and never changes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The payment.
    pub payment: PaymentId,
    /// The charge.
    pub charge: ChargeId,
    /// Cents, not 0.
    pub cents: i64,
}

/// What to append to get from `before` to `after`. Everything that is taken back, newest first, comes before everything
/// that is given, because the database checks the sums after each row.
#[must_use]
pub fn difference(before: &[Part], after: &[Part]) -> Vec<Entry> {
    let (before, after) = (Parts::from_slice(before), Parts::from_slice(after));
    let delta = |part: &Part| {
        let key = (part.payment, part.charge);
        let cents = after.get(key).get() - before.get(key).get();
        Entry { payment: part.payment, charge: part.charge, cents }
    };
    let taken = before.list.iter().rev().map(delta).filter(|entry| entry.cents < 0);
    let given = after.list.iter().map(delta).filter(|entry| entry.cents > 0);
    taken.chain(given).collect()
}

/// The parts that rows of the ledger add up to, in the order in which each pair first appears.
///
/// Pairs that add up to nothing are left out; less than nothing cannot be, the database refuses it.
#[must_use]
pub fn apply(entries: impl IntoIterator<Item = Entry>) -> Vec<Part> {
    let mut order = Vec::new();
    let mut sums: BTreeMap<(PaymentId, ChargeId), i64> = BTreeMap::new();
    for Entry { payment, charge, cents } in entries {
        let sum = sums.entry((payment, charge)).or_insert_with(|| {
            order.push((payment, charge));
            0
        });
        *sum = sum.saturating_add(cents);
    }
    let part = |(payment, charge): (PaymentId, ChargeId)| {
        let amount = Cents::new(sums[&(payment, charge)]).ok().filter(|amount| *amount > Cents::ZERO)?;
        Some(Part { payment, charge, amount })
    };
    order.into_iter().filter_map(part).collect()
}

/// Parts, oldest first, each pair of payment and charge once.
#[derive(Debug, Default)]
pub(super) struct Parts {
    list: Vec<Part>,
    place: BTreeMap<(PaymentId, ChargeId), usize>,
}

impl Parts {
    pub(super) fn from_slice(parts: &[Part]) -> Self {
        let mut all = Self::default();
        for part in parts {
            all.add(*part);
        }
        all
    }

    /// Adds to the pair's part, or as the newest one. Nothing is not a part.
    pub(super) fn add(&mut self, part: Part) {
        if part.amount == Cents::ZERO {
            return;
        }
        match self.place.entry((part.payment, part.charge)) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(self.list.len());
                self.list.push(part);
            }
            std::collections::btree_map::Entry::Occupied(place) => {
                let amount = &mut self.list[*place.get()].amount;
                *amount = amount.saturating_add(part.amount);
            }
        }
    }

    fn get(&self, key: (PaymentId, ChargeId)) -> Cents {
        self.place.get(&key).map_or(Cents::ZERO, |index| self.list[*index].amount)
    }

    pub(super) fn sum(&self, of: impl Fn(&Part) -> bool) -> Cents {
        self.list.iter().filter(|part| of(part)).fold(Cents::ZERO, |sum, part| sum.saturating_add(part.amount))
    }

    /// The payment's parts.
    pub(super) fn of(&self, payment: PaymentId) -> impl Iterator<Item = Part> {
        self.list.iter().copied().filter(move |part| part.payment == payment)
    }

    /// Takes back from the newest parts whatever goes beyond the limit of the group they belong to.
    pub(super) fn fit<K: Ord + Copy>(&mut self, group: impl Fn(&Part) -> K, limit: impl Fn(K) -> Cents) {
        let mut room: BTreeMap<K, Cents> = BTreeMap::new();
        for part in &mut self.list {
            // Oldest first, each takes what room there is: the shortage falls on the newest.
            let room = room.entry(group(part)).or_insert_with_key(|key| limit(*key));
            part.amount = part.amount.min(*room);
            *room = room.saturating_sub(part.amount);
        }
        *self = Self::from_slice(&self.list);
    }

    pub(super) fn into_vec(self) -> Vec<Part> {
        self.list
    }
}
