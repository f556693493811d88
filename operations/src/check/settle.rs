//! Settling a check: its charges, its allocations, its sums and its state are made equal to what follows from the round
//! items, the discounts and the payments of this moment.
//!
//! Level-triggered, like the sync of a payment: it does not matter what changed, how often it is called, or what was
//! forgotten before. Everything is read and written under the check's lock, and the ledger only grows (I4, I8).

use super::claim::fraction_of;
use crate::{Error, Result, command::Act};
use auth::Scope;
use chrono::{DateTime, Utc};
use domain::{
    Cents, ChargeId, ClaimId, DiscountId, PaymentId,
    check::{
        CheckStatus, DiscountType,
        allocation::{self, Credit, Due, Entry, Lost},
        claim::{self, Held},
        pricing::{self, Granted, Percent, Priced, Reduction, StruckPart},
        share::apportion,
    },
    event::{CheckRef, Event, PaymentRef},
    money::Unit,
    payment::Tender,
};
use std::collections::BTreeMap;
use store::{
    ChargeNow, ChargePrice, CheckRow, DiscountRow, Ledger, Locked, PaymentRow, Seated, Struck, Target, UnitOfWork,
    Worth,
};

/// A locked check, and the locked session whose bill it is.
pub(crate) type LockedCheck<'a> = (&'a Locked<Seated>, &'a Locked<CheckRow>);

/// Where a check stands after it was settled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settled {
    pub(crate) total: Cents,
    pub(crate) paid: Cents,
    /// What of it a manager gave up.
    pub(crate) written_off: Cents,
    pub(crate) status: CheckStatus,
    /// Whether this very settling paid it.
    became_paid: bool,
}

impl Settled {
    /// Where a check stands as it was settled last.
    pub(crate) fn of(check: &CheckRow) -> Self {
        Self {
            total: check.total_cents,
            paid: check.paid_cents,
            written_off: check.written_off_cents,
            status: check.status,
            became_paid: false,
        }
    }

    /// What is left to pay.
    pub(crate) fn remaining(&self) -> Cents {
        self.total.saturating_sub(self.paid).saturating_sub(self.written_off)
    }

    /// What the table is told of the check.
    pub(crate) fn of_check(&self, check: &CheckRow) -> CheckRef {
        CheckRef { check_id: check.id, total_cents: self.total, paid_cents: self.paid, check_status: self.status }
    }

    /// What the table is told of one of its payments; `amount` and `tip` are what this is about, the tip being part of
    /// the amount.
    pub(crate) fn of_payment(
        &self,
        check: &CheckRow,
        payment: &PaymentRow,
        (amount, tip): (Cents, Cents),
        reason: Option<String>,
    ) -> PaymentRef {
        PaymentRef {
            payment_id: payment.id,
            check_id: check.id,
            amount_cents: amount,
            tip_cents: tip,
            provider: payment.tender,
            payment_status: payment.status,
            reason,
            total_cents: self.total,
            paid_cents: self.paid,
        }
    }
}

impl<C: Scope> Act<'_, C> {
    /// Settles the check. `withdrawn` says whether it is open again for orders; `worth` is a payment that counts
    /// differently from now on; `cause` says in the ledger why.
    pub(crate) async fn settle_check(
        &self,
        (_, check): LockedCheck<'_>,
        withdrawn: bool,
        worth: Option<(&Locked<PaymentRow>, Worth)>,
        cause: &str,
    ) -> Result<Settled> {
        let uow = &self.uow;
        if check.closed_at.is_none() {
            uow.insert_missing_charges(check).await?;
        }
        let mut ledger = uow.find_ledger(check).await?;
        for payment in &mut ledger.payments {
            if let Some((_, worth)) = worth.filter(|(changed, _)| changed.id == payment.id) {
                payment.net_cents = worth.net;
                payment.status = worth.status;
            }
        }
        let unit = Unit::of(check.currency);
        for rounding in drop_idle_rounding(&mut ledger, unit)? {
            uow.delete_discount(check, rounding).await?;
        }
        let priced = priced(&ledger, unit, Counted::NOW)?;
        let (dues, credits) = (dues(&ledger, &priced), credits(&ledger));
        let kept = allocation::kept(&dues, &lost(&ledger, &priced, unit)?, &credits);
        let parts = if check.closed_at.is_some() {
            allocation::adjust(&ledger.parts, &dues, &credits, &kept)
        } else {
            allocation::allocate(&dues, &credits, &kept)
        };
        let entries = allocation::difference(&ledger.parts, &parts);
        let (taken, given): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|entry| entry.cents < 0);
        // The database checks every row against its sums, so what is taken back goes before what shrinks, and that
        // before what is given.
        uow.append_allocations(check, &taken, cause).await?;
        if let Some((payment, worth)) = worth {
            uow.set_payment_worth(payment, worth).await?;
        }
        write_prices(uow, check, &ledger, &priced).await?;
        reclaim(uow, check, &ledger, &priced).await?;
        uow.append_allocations(check, &given, cause).await?;

        let paid = Cents::checked_sum(parts.iter().map(|part| part.amount))?;
        // What was given up and is covered after all, or no longer owed, was given up for nothing: no cent of a bill is
        // in two reports.
        let owed = priced.total.saturating_sub(paid);
        let written_off = check.written_off_cents.min(owed);
        if written_off < check.written_off_cents {
            uow.reverse_write_offs(check, check.written_off_cents.saturating_sub(written_off), None, cause).await?;
        }
        let status = CheckStatus::of(withdrawn, priced.total.saturating_sub(written_off), paid);
        if status != check.status {
            uow.set_check_status(check, status).await?;
        }
        propose_refunds(uow, check, (&ledger, &parts), status).await?;
        uow.settled(check.session_id);
        let became_paid = status == CheckStatus::Paid && check.status != CheckStatus::Paid;
        Ok(Settled { total: priced.total, paid, written_off, status, became_paid })
    }

    /// Settles the session's check, if it has one, after what was ordered changed.
    pub(crate) async fn settle_session(&self, session: &Locked<Seated>, cause: &str) -> Result<()> {
        let Some(check) = self.uow.lock_check_of(session).await? else {
            self.uow.settled(session.id);
            return Ok(());
        };
        let of = (session, &check);
        let settled = self.settle_check(of, check.status == CheckStatus::Open, None, cause).await?;
        self.tell_paid(of, &settled);
        Ok(())
    }

    /// Tells the table that nothing is owed any more, if that is news.
    pub(crate) fn tell_paid(&self, (session, check): LockedCheck<'_>, settled: &Settled) {
        if settled.became_paid {
            self.emit(session.place(), Event::CheckPaid(settled.of_check(check)));
        }
    }

    /// The same after the office changed what the check comes to, which no event of the kitchen's tells the table.
    pub(crate) fn tell_total(&self, (session, check): LockedCheck<'_>, settled: &Settled) {
        if !settled.became_paid && settled.status != CheckStatus::Open {
            self.emit(session.place(), Event::CheckRequested(settled.of_check(check)));
        }
        self.tell_paid((session, check), settled);
    }
}

/// Writes what changed of charges, discounts and total: a statement each, whatever their number.
async fn write_prices(uow: &UnitOfWork, check: &Locked<CheckRow>, ledger: &Ledger, priced: &Priced) -> Result<()> {
    let charges = ledger.charges.iter().zip(&priced.amounts);
    let charges: Vec<ChargePrice> = charges
        .filter(|(charge, amount)| (charge.gross_cents, charge.amount_cents) != (charge.live_cents, **amount))
        .map(|(charge, amount)| ChargePrice { id: charge.id, gross: charge.live_cents, amount: *amount })
        .collect();
    uow.set_charges(check, &charges).await?;
    let discounts = ledger.discounts.iter().zip(&priced.reductions);
    let discounts: Vec<_> = discounts
        .filter(|(discount, amount)| discount.amount_cents != **amount)
        .map(|(discount, amount)| (discount.id, *amount))
        .collect();
    uow.set_discounts(check, &discounts).await?;
    if priced.total != check.total_cents {
        uow.set_check_total(check, priced.total).await?;
    }
    Ok(())
}

/// Claims follow what they are of: a dish that was struck is claimed by nobody, and where its price changed each claim
/// comes to its part of the new one. A phone would be asked for what is not owed otherwise.
async fn reclaim(uow: &UnitOfWork, check: &Locked<CheckRow>, ledger: &Ledger, priced: &Priced) -> Result<()> {
    let charges = ledger.charges.iter().zip(&priced.amounts);
    // A charge that is priced for the first time was never claimed.
    let changed = charges.filter(|(charge, amount)| {
        charge.gross_cents > Cents::ZERO && (charge.amount_cents != **amount || charge.gross_cents != charge.live_cents)
    });
    let changed: BTreeMap<ChargeId, Cents> =
        changed.filter(|(charge, _)| charge.stands).map(|(charge, amount)| (charge.id, *amount)).collect();
    // One that costs nothing is struck without its price changing.
    let struck = ledger.charges.iter().filter(|charge| charge.is_claimed && !charge.stands);
    let struck: Vec<ChargeId> = struck.map(|charge| charge.id).collect();
    uow.release_charges(check, &struck).await?;
    if changed.is_empty() {
        return Ok(());
    }
    let unit = Unit::of(check.currency);
    let mut held = BTreeMap::<ChargeId, Vec<Held>>::new();
    let mut now = Vec::<(ClaimId, Cents)>::new();
    for claim in uow.find_claims(check).await? {
        let Some(amount) = changed.get(&claim.charge_id) else { continue };
        let others = held.entry(claim.charge_id).or_default();
        let fraction = fraction_of(&claim)?;
        // The same division as when they were made, in the same order.
        let cents = claim::claim(*amount, Cents::ZERO, others, fraction, unit).unwrap_or_default();
        others.push(Held { fraction, cents, paid: false });
        now.push((claim.id, cents));
    }
    Ok(uow.set_claims(check, &now).await?)
}

/// Over-payment stays visible as credit, with a task to give it back (S4). While the check is withdrawn the party
/// may yet eat it.
async fn propose_refunds(
    uow: &UnitOfWork,
    check: &Locked<CheckRow>,
    (ledger, parts): (&Ledger, &[allocation::Part]),
    status: CheckStatus,
) -> Result<()> {
    let mut used: BTreeMap<PaymentId, Vec<Cents>> = BTreeMap::new();
    for part in parts {
        used.entry(part.payment).or_default().push(part.amount);
    }
    let mut credits = BTreeMap::new();
    for payment in &ledger.payments {
        let used = Cents::checked_sum(used.remove(&payment.id).unwrap_or_default())?;
        let credit = payment.net_cents.saturating_sub(used);
        credits.insert(payment.id, if status == CheckStatus::Open { Cents::ZERO } else { credit });
    }
    Ok(uow.propose_refunds(check, &credits).await?)
}

/// What is counted when a check is priced.
#[derive(Clone, Copy)]
struct Counted {
    /// What was struck counts as if it stood.
    struck: bool,
    /// Without this discount.
    without: Option<DiscountId>,
}

impl Counted {
    /// What stands, less all that is taken off.
    const NOW: Self = Self { struck: false, without: None };
}

/// What the lines cost. What rounding added is no line of the menu: no discount takes a part of it.
fn priced(ledger: &Ledger, unit: Unit, counted: Counted) -> Result<Priced> {
    let gross = ledger.charges.iter().map(|charge| gross(ledger, charge, counted)).collect::<Result<Vec<_>>>()?;
    let discounts: Vec<_> = ledger.discounts.iter().filter(|discount| Some(discount.id) != counted.without).collect();
    let granted = discounts.iter().map(|discount| granted_of(ledger, discount)).collect::<Result<Vec<_>>>()?;
    let struck = if counted.struck { Vec::new() } else { struck_parts(ledger, &discounts) };
    let mut priced = pricing::price(&gross, &struck, &granted, unit)?;
    for (charge, amount) in ledger.charges.iter().zip(&mut priced.amounts) {
        if charge.rounding {
            *amount = charge.live_cents;
            priced.total = priced.total.checked_add(charge.live_cents)?;
        }
    }
    Ok(priced)
}

fn gross(ledger: &Ledger, charge: &ChargeNow, counted: Counted) -> Result<Cents> {
    if charge.rounding {
        return Ok(Cents::ZERO);
    }
    let struck = ledger.struck.iter().filter(|struck| counted.struck && struck.charge_id == charge.id);
    let all = struck.map(|struck| struck.gross_cents).chain([charge.live_cents]);
    Ok(Cents::checked_sum(all)?)
}

/// What was struck, each with how many of the discounts were granted before.
fn struck_parts(ledger: &Ledger, discounts: &[&DiscountRow]) -> Vec<StruckPart> {
    let part = |struck: &Struck| {
        let line = ledger.charges.iter().position(|charge| charge.id == struck.charge_id)?;
        let granted = discounts.iter().filter(|discount| discount.created_at <= struck.struck_at).count();
        Some(StruckPart { line, gross: struck.gross_cents, granted })
    };
    ledger.struck.iter().filter_map(part).collect()
}

fn granted_of(ledger: &Ledger, discount: &DiscountRow) -> Result<Granted> {
    let is_for = |named: Vec<ChargeId>| ledger.charges.iter().map(|charge| named.contains(&charge.id)).collect();
    Ok(Granted { reduction: reduction(discount)?, lines: named(discount).map(is_for) })
}

/// What each charge is less by for its guest alone, after discounts: what was struck of it, and what was taken off it
/// by name. A discount on the whole check is the table's.
fn lost(ledger: &Ledger, now: &Priced, unit: Unit) -> Result<Vec<Lost>> {
    if ledger.payments.is_empty() {
        return Ok(Vec::new());
    }
    let begun_before = |at: DateTime<Utc>| {
        ledger.payments.iter().filter(|payment| payment.created_at <= at).map(|payment| payment.id).collect()
    };
    let mut lost = Vec::new();
    if !ledger.struck.is_empty() {
        let whole = priced(ledger, unit, Counted { struck: true, without: None })?;
        for (index, charge) in ledger.charges.iter().enumerate() {
            let struck: Vec<&Struck> = ledger.struck.iter().filter(|struck| struck.charge_id == charge.id).collect();
            let weights: Vec<u64> = struck.iter().map(|struck| struck.gross_cents.get().unsigned_abs()).collect();
            let amount = whole.amounts[index].saturating_sub(now.amounts[index]);
            let parts = apportion(amount, &weights).unwrap_or_default();
            lost.extend(struck.into_iter().zip(parts).map(|(struck, amount)| Lost {
                charge: charge.id,
                amount,
                before: begun_before(struck.struck_at),
            }));
        }
    }
    for discount in ledger.discounts.iter().filter(|discount| discount.charge_ids.is_some()) {
        let whole = priced(ledger, unit, Counted { struck: false, without: Some(discount.id) })?;
        let named = named(discount).unwrap_or_default();
        for (index, charge) in ledger.charges.iter().enumerate().filter(|(_, charge)| named.contains(&charge.id)) {
            let amount = whole.amounts[index].saturating_sub(now.amounts[index]);
            lost.push(Lost { charge: charge.id, amount, before: begun_before(discount.created_at) });
        }
    }
    Ok(lost)
}

/// Rounding is for the cash that paid a bill to its end: once that went back, or so much of it that something is owed
/// again, nothing is rounded any more. The rest is owed to the cent, and cash that pays it is rounded anew. Returns the
/// discounts that are to be deleted: cash that is taken later must not bring them back beside a rounding of its own.
fn drop_idle_rounding(ledger: &mut Ledger, unit: Unit) -> Result<Vec<DiscountId>> {
    let is_rounded = ledger.charges.iter().any(|charge| charge.rounding && charge.live_cents > Cents::ZERO)
        || ledger.discounts.iter().any(|discount| discount.rounding);
    if !is_rounded || !cash_went_back(ledger, unit)? {
        return Ok(Vec::new());
    }
    for charge in ledger.charges.iter_mut().filter(|charge| charge.rounding) {
        charge.live_cents = Cents::ZERO;
    }
    Ok(ledger.discounts.extract_if(.., |discount| discount.rounding).map(|discount| discount.id).collect())
}

/// Whether all cash went back, or a part of it without which the bill is not paid.
fn cash_went_back(ledger: &Ledger, unit: Unit) -> Result<bool> {
    let cash = || ledger.payments.iter().filter(|payment| payment.tender == Tender::Cash);
    if cash().all(|payment| payment.net_cents == Cents::ZERO) {
        return Ok(true);
    }
    if cash().all(|payment| payment.net_cents >= payment.amount_cents.saturating_sub(payment.tip_cents)) {
        return Ok(false);
    }
    let money = Cents::checked_sum(ledger.payments.iter().map(|payment| payment.net_cents))?;
    Ok(money < priced(ledger, unit, Counted::NOW)?.total)
}

/// The charges that a discount names; none where it is for the whole check.
fn named(discount: &DiscountRow) -> Option<Vec<ChargeId>> {
    discount.charge_ids.as_ref().and_then(|ids| serde_json::from_value(ids.clone()).ok())
}

fn reduction(discount: &DiscountRow) -> Result<Reduction> {
    Ok(match discount.kind {
        DiscountType::Percent => Reduction::Percent(
            Percent::try_from(discount.value).map_err(|_| Error::Internal("a discount is no percentage"))?,
        ),
        DiscountType::Amount => Reduction::Amount(Cents::new(discount.value)?),
    })
}

fn dues(ledger: &Ledger, priced: &Priced) -> Vec<Due> {
    let charges = ledger.charges.iter().zip(&priced.amounts);
    charges.map(|(charge, amount)| Due { charge: charge.id, amount: *amount, diner: charge.diner_id }).collect()
}

fn credits(ledger: &Ledger) -> Vec<Credit> {
    ledger.payments.iter().map(credit).collect()
}

fn credit(payment: &PaymentRow) -> Credit {
    // Written by us as such a list; anything else would mean nobody named an item.
    let targets: Vec<Target> = serde_json::from_value(payment.targets.clone()).unwrap_or_default();
    let targets = targets.into_iter().map(|target| (target.charge_id, target.amount_cents)).collect();
    Credit { payment: payment.id, net: payment.net_cents, payer: payment.diner_id, targets }
}
