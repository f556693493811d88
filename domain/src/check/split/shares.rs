//! Which part of the bill is whose by a plan, whatever was paid.

use super::{
    BillLine, Ledger, SharePart,
    plan::{CustomShare, ItemShare, MAX_WAYS, Rest, SplitError, SplitPlan},
};
use crate::{
    Cents, ChargeId, DinerId,
    check::{
        fraction::{Fraction, common},
        share::{apportion, equal},
    },
};
use std::collections::BTreeMap;

/// What one part of a split comes to.
#[derive(Debug, Default)]
pub(super) struct Portion {
    /// The items it is made of; empty where it is an amount of money.
    pub(super) items: Vec<SharePart>,
    pub(super) share: Cents,
}

/// The bill, divided. The portions and what is nobody's sum to the bill.
#[derive(Debug)]
pub(super) struct Portions {
    /// One per diner of the bill, by id, perhaps of nothing.
    pub(super) diners: BTreeMap<DinerId, Portion>,
    /// Parts for guests without a phone.
    pub(super) seats: Vec<Portion>,
}

impl Portions {
    /// Divides `bill` by `plan`.
    pub(super) fn of(bill: &Ledger, plan: &SplitPlan) -> Result<Self, SplitError> {
        let mut portions =
            Self { diners: bill.diners.keys().map(|diner| (*diner, Portion::default())).collect(), seats: Vec::new() };
        match plan {
            SplitPlan::Equal { ways } => portions.equal(bill, *ways)?,
            SplitPlan::ByConsumption => {
                for line in &bill.lines {
                    portions.consumed(line, line.amount)?;
                }
            }
            SplitPlan::ByItem { items } => {
                portions.named(bill, items)?;
            }
            SplitPlan::Custom { amounts } => portions.custom(bill, amounts)?,
            SplitPlan::Mixed { items, rest } => portions.mixed(bill, items, *rest)?,
        }
        Ok(portions)
    }

    fn equal(&mut self, bill: &Ledger, ways: u32) -> Result<(), SplitError> {
        let ways = match usize::try_from(ways) {
            Ok(n @ 1..) if ways <= MAX_WAYS => n,
            _ => return Err(SplitError::Ways),
        };
        // With more phones than parts, whoever paid keeps its part.
        let mut takers: Vec<DinerId> = bill.diners.keys().copied().collect();
        takers.sort_by_key(|diner| (bill.diners[diner] == Cents::ZERO, *diner));
        takers.truncate(ways);
        takers.sort_unstable();
        let mut parts = equal(bill.total, ways).ok_or(SplitError::Bill)?.into_iter();
        for (diner, part) in takers.into_iter().zip(parts.by_ref()) {
            self.diners.entry(diner).or_default().share = part;
        }
        self.seats = parts.map(|share| Portion { items: Vec::new(), share }).collect();
        Ok(())
    }

    fn custom(&mut self, bill: &Ledger, amounts: &[CustomShare]) -> Result<(), SplitError> {
        let mut named = BTreeMap::new();
        for CustomShare { diner_id, amount_cents } in amounts {
            bill.ensure_diner(*diner_id)?;
            if named.insert(*diner_id, *amount_cents).is_some() {
                return Err(SplitError::AmountTwice(*diner_id));
            }
        }
        if !Cents::checked_sum(named.values().copied()).is_ok_and(|sum| sum <= bill.total) {
            return Err(SplitError::MoreThanTheBill);
        }
        for (diner, amount) in named {
            self.diners.entry(diner).or_default().share = amount;
        }
        Ok(())
    }

    fn mixed(&mut self, bill: &Ledger, items: &[ItemShare], rest: Rest) -> Result<(), SplitError> {
        let left = self.named(bill, items)?;
        match rest {
            Rest::ByConsumption => {
                for (line, left) in bill.lines.iter().zip(left) {
                    self.consumed(line, left)?;
                }
            }
            Rest::Equal => {
                let left = Cents::checked_sum(left).map_err(|_| SplitError::Bill)?;
                let parts = equal(left, self.diners.len().max(1)).ok_or(SplitError::Bill)?;
                for (portion, part) in self.everybody().zip(parts) {
                    portion.share = portion.share.saturating_add(part);
                }
            }
        }
        Ok(())
    }

    /// Gives the named items to those who name them; what is left of each line, in the bill's order.
    fn named(&mut self, bill: &Ledger, items: &[ItemShare]) -> Result<Vec<Cents>, SplitError> {
        let mut by_charge: BTreeMap<ChargeId, BTreeMap<DinerId, Fraction>> = BTreeMap::new();
        for ItemShare { diner_id, charge_id, num, den } in items {
            bill.ensure_diner(*diner_id)?;
            bill.ensure_charge(*charge_id)?;
            let fraction = Fraction::new(*num, *den)?;
            if by_charge.entry(*charge_id).or_default().insert(*diner_id, fraction).is_some() {
                return Err(SplitError::ItemTwice(*diner_id, *charge_id));
            }
        }
        let mut left = Vec::with_capacity(bill.lines.len());
        for line in &bill.lines {
            let Some(named) = by_charge.get(&line.charge) else {
                left.push(line.amount);
                continue;
            };
            let fractions: Vec<Fraction> = named.values().copied().collect();
            let (mut weights, whole) = common(&fractions);
            let taken: u128 = weights.iter().copied().map(u128::from).sum();
            let rest = u128::from(whole).checked_sub(taken).and_then(|rest| u64::try_from(rest).ok());
            // Last, so that who names a part gets the odd cent before nobody does.
            weights.push(rest.ok_or(SplitError::MoreThanTheItem(line.charge))?);
            let mut parts = apportion(line.amount, &weights).ok_or(SplitError::Bill)?.into_iter();
            for (diner, part) in named.keys().zip(parts.by_ref()) {
                self.diners.entry(*diner).or_default().take(line.charge, part);
            }
            left.push(parts.next().unwrap_or_default());
        }
        Ok(left)
    }

    /// Gives `amount` of a line to whoever ordered it, or to all alike.
    fn consumed(&mut self, line: &BillLine, amount: Cents) -> Result<(), SplitError> {
        if let Some(diner) = line.diner {
            self.diners.entry(diner).or_default().take(line.charge, amount);
            return Ok(());
        }
        let parts = equal(amount, self.diners.len().max(1)).ok_or(SplitError::Bill)?;
        for (portion, part) in self.everybody().zip(parts) {
            portion.take(line.charge, part);
        }
        Ok(())
    }

    /// The diners by id; a table without any has one seat that stands for all its guests.
    fn everybody(&mut self) -> Box<dyn Iterator<Item = &mut Portion> + '_> {
        if self.diners.is_empty() {
            if self.seats.is_empty() {
                self.seats.push(Portion::default());
            }
            Box::new(self.seats.iter_mut())
        } else {
            Box::new(self.diners.values_mut())
        }
    }
}

impl Portion {
    /// Adds a part of an item, to the one it may have of it already.
    fn take(&mut self, charge: ChargeId, amount: Cents) {
        if amount == Cents::ZERO {
            return;
        }
        self.share = self.share.saturating_add(amount);
        match self.items.iter_mut().find(|item| item.charge_id == charge) {
            Some(item) => item.amount_cents = item.amount_cents.saturating_add(amount),
            None => self.items.push(SharePart { charge_id: charge, amount_cents: amount }),
        }
    }
}
