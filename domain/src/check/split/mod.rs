//! Splits: who pays which part of a bill, and what each owes now.
//!
//! A quote is a pure function of the bill and a plan. Its sums are exact (what is owed and what nobody took is what
//! remains of the check), never negative, and do not depend on the order in which anything is listed: ties go to the
//! lower id. Nobody is told "the last one pays the rest, with the rounding" (decisions/028).

mod plan;
mod settle;
mod shares;
#[cfg(test)]
mod tests;

pub use plan::{CustomShare, ItemShare, MAX_WAYS, Rest, SentPlan, SplitError, SplitPlan, TipShare};

use crate::{Cents, ChargeId, DinerId, money::Unit, payment::tip::Tip};
use serde::{Deserialize, Serialize};
use settle::{Stake, settle};
use shares::{Portion, Portions};
use std::collections::BTreeMap;

/// A charge as a split sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillLine {
    /// The charge.
    pub charge: ChargeId,
    /// What it costs.
    pub amount: Cents,
    /// What of it payments cover.
    pub paid: Cents,
    /// Who ordered it; `None` when it is shared.
    pub diner: Option<DinerId>,
}

/// A diner as a split sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillDiner {
    /// The diner.
    pub diner: DinerId,
    /// What its payments cover of this bill, whoever's charges they went to. Credit that covers nothing does not count.
    pub paid: Cents,
}

/// What is to be divided. The order of the lists does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// The charges, each once. What they are paid beyond what the diners paid is money nobody gave a name to.
    pub lines: Vec<BillLine>,
    /// The diners, each once. Whoever ordered something is one even if not listed.
    pub diners: Vec<BillDiner>,
    /// What a manager gave up of it. Nobody is asked for that: it lowers what is owed as money without a name does.
    pub written_off: Cents,
    /// What parts and tips are whole multiples of.
    pub unit: Unit,
}

impl Bill {
    /// The unit that all of the bill can be counted in.
    fn countable(&self) -> Unit {
        let lines = self.lines.iter().flat_map(|line| [line.amount, line.paid]);
        self.unit.fitting(lines.chain(self.diners.iter().map(|diner| diner.paid)).chain([self.written_off]))
    }

    /// The same bill, counted in units in place of cents.
    fn counted(&self, unit: Unit) -> Self {
        let line = |line: &BillLine| BillLine { amount: unit.count(line.amount), paid: unit.count(line.paid), ..*line };
        let diner = |diner: &BillDiner| BillDiner { paid: unit.count(diner.paid), ..*diner };
        Self {
            lines: self.lines.iter().map(line).collect(),
            diners: self.diners.iter().map(diner).collect(),
            written_off: unit.count(self.written_off),
            unit: Unit::CENT,
        }
    }
}

/// What everybody owes now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Quote {
    /// What the check costs.
    pub total_cents: Cents,
    /// What of it is paid.
    pub paid_cents: Cents,
    /// What of it a manager wrote off.
    pub written_off_cents: Cents,
    /// What is left to pay: everything owed, and what nobody took.
    pub remaining_cents: Cents,
    /// The diners by id, then seats for guests without a phone.
    pub shares: Vec<Share>,
    /// What is left to pay and nobody took.
    pub unassigned_cents: Cents,
}

/// One part of a split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Share {
    /// Whose; `null` for a seat.
    pub diner_id: Option<DinerId>,
    /// The number of a seat, from 1; `null` for a diner.
    pub seat: Option<u32>,
    /// The items the share is made of; empty where it is an amount of money.
    pub items: Vec<SharePart>,
    /// The part of the bill, whatever was paid.
    pub share_cents: Cents,
    /// What was paid of the bill by this diner.
    pub paid_cents: Cents,
    /// What is owed now: the share less what was paid, less what others paid too much and what was written off.
    pub owes_cents: Cents,
    /// The tip on it.
    pub tip_cents: Cents,
    /// What to pay now: owed and tip.
    pub pay_cents: Cents,
}

/// A part of an item in a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SharePart {
    /// The item.
    pub charge_id: ChargeId,
    /// How much of it.
    pub amount_cents: Cents,
}

impl Quote {
    /// What was counted in units, in cents.
    fn worth(self, unit: Unit) -> Self {
        Self {
            total_cents: unit.worth(self.total_cents),
            paid_cents: unit.worth(self.paid_cents),
            written_off_cents: unit.worth(self.written_off_cents),
            remaining_cents: unit.worth(self.remaining_cents),
            shares: self.shares.into_iter().map(|share| share.worth(unit)).collect(),
            unassigned_cents: unit.worth(self.unassigned_cents),
        }
    }
}

impl Share {
    fn worth(self, unit: Unit) -> Self {
        let part = |part: SharePart| SharePart { amount_cents: unit.worth(part.amount_cents), ..part };
        Self {
            items: self.items.into_iter().map(part).collect(),
            share_cents: unit.worth(self.share_cents),
            paid_cents: unit.worth(self.paid_cents),
            owes_cents: unit.worth(self.owes_cents),
            tip_cents: unit.worth(self.tip_cents),
            pay_cents: unit.worth(self.pay_cents),
            ..self
        }
    }
}

/// Says what everybody owes now, by `plan`, in whole units of the check's currency.
///
/// # Errors
/// [`SplitError`] when the plan does not fit the bill, names an amount that cannot be paid, or the bill does not add
/// up.
pub fn quote(bill: &Bill, plan: &SplitPlan, tips: &[TipShare]) -> Result<Quote, SplitError> {
    let unit = bill.countable();
    let tips: Vec<TipShare> = tips.iter().map(|tip| tip.counted(unit)).collect::<Result<_, _>>()?;
    Ok(divided(&bill.counted(unit), &plan.counted(unit)?, &tips)?.worth(unit))
}

/// The same where all is counted in units.
fn divided(bill: &Bill, plan: &SplitPlan, tips: &[TipShare]) -> Result<Quote, SplitError> {
    let bill = Ledger::of(bill)?;
    let tips = Tips::of(&bill, tips)?;
    let Portions { diners, seats } = Portions::of(&bill, plan)?;

    let named = Cents::checked_sum(bill.diners.values().copied()).map_err(|_| SplitError::Bill)?;
    let mut loose = bill.paid.checked_sub(named).map_err(|_| SplitError::Bill)?;
    let parts: Vec<(Option<DinerId>, Portion, Cents)> = diners
        .into_iter()
        .map(|(diner, portion)| (Some(diner), portion, bill.diners.get(&diner).copied().unwrap_or_default()))
        // Money without a name is that of the guests without one: it fills their seats in turn.
        .chain(seats.into_iter().map(|portion| (None, portion, Cents::ZERO)))
        .map(|(diner, portion, paid)| {
            let paid = if diner.is_some() { paid } else { portion.share.min(loose) };
            if diner.is_none() {
                loose = loose.saturating_sub(paid);
            }
            (diner, portion, paid)
        })
        .collect();

    let stakes: Vec<Stake> =
        parts.iter().map(|(_, portion, paid)| Stake { share: portion.share, paid: *paid }).collect();
    let taken = Cents::checked_sum(stakes.iter().map(|stake| stake.share)).map_err(|_| SplitError::Bill)?;
    let loose = loose.saturating_add(bill.written_off);
    let (owes, unassigned_cents) = settle(&stakes, bill.total.saturating_sub(taken), loose);
    let mut seats = 1..;
    let shares = parts
        .into_iter()
        .zip(owes)
        .map(|((diner_id, portion, paid_cents), owes_cents)| -> Result<Share, SplitError> {
            let seat = if diner_id.is_none() { seats.next() } else { None };
            let tip_cents = tips.on(diner_id, owes_cents);
            let pay_cents = owes_cents.checked_add(tip_cents).map_err(|_| SplitError::TipTooLarge)?;
            let Portion { items, share: share_cents } = portion;
            Ok(Share { diner_id, seat, items, share_cents, paid_cents, owes_cents, tip_cents, pay_cents })
        })
        .collect::<Result<_, _>>()?;
    let (total_cents, paid_cents, written_off_cents) = (bill.total, bill.paid, bill.written_off);
    let remaining_cents = total_cents.saturating_sub(paid_cents).saturating_sub(written_off_cents);
    Ok(Quote { total_cents, paid_cents, written_off_cents, remaining_cents, shares, unassigned_cents })
}

/// What is left to pay of each of several parts of a bill, by what each comes to and what of that is paid, where
/// `written_off` of all together was given up. It lowers what is open of all by one factor, so that paying one part
/// changes no other.
#[must_use]
pub fn left_of(parts: &[(Cents, Cents)], written_off: Cents, unit: Unit) -> Vec<Cents> {
    let unit = unit.fitting(parts.iter().flat_map(|(costs, paid)| [*costs, *paid]).chain([written_off]));
    let stake = |(costs, paid): &(Cents, Cents)| Stake { share: unit.count(*costs), paid: unit.count(*paid) };
    let stakes: Vec<Stake> = parts.iter().map(stake).collect();
    let open = stakes.iter().map(|stake| stake.share.saturating_sub(stake.paid));
    let written_off = unit.count(written_off).min(open.fold(Cents::ZERO, Cents::saturating_add));
    settle(&stakes, Cents::ZERO, written_off).0.into_iter().map(|left| unit.worth(left)).collect()
}

/// The bill in the order of ids, checked.
struct Ledger {
    lines: Vec<BillLine>,
    /// What each paid.
    diners: BTreeMap<DinerId, Cents>,
    total: Cents,
    paid: Cents,
    written_off: Cents,
}

impl Ledger {
    fn of(bill: &Bill) -> Result<Self, SplitError> {
        let mut lines = bill.lines.clone();
        lines.sort_unstable_by_key(|line| line.charge);
        let mut diners = BTreeMap::new();
        for BillDiner { diner, paid } in &bill.diners {
            if diners.insert(*diner, *paid).is_some() {
                return Err(SplitError::Bill);
            }
        }
        for line in &lines {
            if let Some(diner) = line.diner {
                diners.entry(diner).or_default();
            }
        }
        let twice = lines.windows(2).any(|pair| pair[0].charge == pair[1].charge);
        if twice || lines.iter().any(|line| line.paid > line.amount) {
            return Err(SplitError::Bill);
        }
        let total = Cents::checked_sum(lines.iter().map(|line| line.amount)).map_err(|_| SplitError::Bill)?;
        // Each is at most its amount, and the amounts' sum fits.
        let paid = lines.iter().map(|line| line.paid).fold(Cents::ZERO, Cents::saturating_add);
        let written_off = bill.written_off.min(total.saturating_sub(paid));
        Ok(Self { lines, diners, total, paid, written_off })
    }

    fn ensure_diner(&self, diner: DinerId) -> Result<(), SplitError> {
        if self.diners.contains_key(&diner) { Ok(()) } else { Err(SplitError::UnknownDiner(diner)) }
    }

    fn ensure_charge(&self, charge: ChargeId) -> Result<(), SplitError> {
        let found = self.lines.binary_search_by_key(&charge, |line| line.charge).is_ok();
        if found { Ok(()) } else { Err(SplitError::UnknownCharge(charge)) }
    }
}

/// The tips by diner; under `None` the one for everybody else.
struct Tips(BTreeMap<Option<DinerId>, Tip>);

impl Tips {
    fn of(bill: &Ledger, tips: &[TipShare]) -> Result<Self, SplitError> {
        let mut all = BTreeMap::new();
        for TipShare { diner_id, tip } in tips {
            if let Some(diner) = diner_id {
                bill.ensure_diner(*diner)?;
            }
            if all.insert(*diner_id, *tip).is_some() {
                return Err(SplitError::TipTwice);
            }
        }
        Ok(Self(all))
    }

    /// Whoever gives a tip by name gives it even when it owes nothing; the one for all is for those who still pay.
    fn on(&self, diner: Option<DinerId>, owed: Cents) -> Cents {
        let own = diner.and_then(|diner| self.0.get(&Some(diner)));
        let common = self.0.get(&None).filter(|_| owed > Cents::ZERO);
        own.or(common).map_or(Cents::ZERO, |tip| tip.of(owed, Unit::CENT))
    }
}
