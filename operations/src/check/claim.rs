//! A phone says which items its diner pays, so that two phones never pay the same one.
//!
//! A claim lapses by itself: a phone that died must not keep the table from paying. It is renewed by saying it again,
//! and it dies with the payment: what is covered needs nobody's word.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::Diner;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Cents, ChargeId, CheckId, DinerId, ProblemCode,
    check::{
        Fraction,
        claim::{self, ClaimRefused, Held},
    },
    money::Unit,
};
use std::collections::HashSet;
use store::{Answer, Attempt, CheckRow, ClaimRow, Database, Ledger, Locked, NewClaim, UnitOfWork};
use wire::check::{ClaimItem, Claimed, ClaimedItem, Claiming};

/// How long a claim holds. Long enough to read the bill, choose a tip and come back from the provider's page; short
/// enough that a phone that went to sleep does not keep the others waiting.
const CLAIM_LIFE: TimeDelta = TimeDelta::minutes(5);

/// Replaces what the diner has claimed, all or nothing.
///
/// # Errors
/// No such check at the table; it is not being paid; the diner is not of the table; an item is not on the check, or
/// others pay so much of it, or it is paid.
pub async fn claim(
    db: &Database,
    diner: &Diner,
    check: CheckId,
    wanted: &Claiming,
    attempt: &Attempt,
) -> Result<Answer> {
    let fractions = fractions(&wanted.items)?;
    let fractions = &fractions;
    command(
        db,
        "check.claim",
        (diner, attempt),
        |uow| async move { uow.lock_check(diner, check).await },
        |act, (session, check)| async move {
            session.status.ensure_live()?;
            check.status.ensure_payable()?;
            let of_table = act.uow.find_diner(&session, Some(wanted.diner_id)).await?;
            of_table.ok_or(Error::refused(ProblemCode::UnknownDiner, "No such diner at the table"))?;
            act.uow.release_claims(&check, wanted.diner_id).await?;
            let (ledger, others) = (act.uow.find_ledger(&check).await?, act.uow.find_claims(&check).await?);
            let expires_at = act.uow.now() + CLAIM_LIFE;
            let unit = Unit::of(check.currency);
            let mut items = Vec::with_capacity(fractions.len());
            for (charge_id, fraction) in fractions {
                let item = admit(&ledger, &others, (*charge_id, *fraction), unit)?;
                insert(&act.uow, &check, wanted.diner_id, item, expires_at).await?;
                items.push(item);
            }
            let claimed = Claimed {
                check_id: check.id,
                diner_id: wanted.diner_id,
                amount_cents: Cents::checked_sum(items.iter().map(|item| item.amount_cents))?,
                expires_at: (!items.is_empty()).then_some(expires_at),
                items,
            };
            Ok(Done::Changed(claimed))
        },
    )
    .await
}

/// Lets go what the diner has claimed.
///
/// # Errors
/// No such check at the table; the diner is not of the table.
pub async fn release(
    db: &Database,
    diner: &Diner,
    check: CheckId,
    whose: DinerId,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "check.release",
        (diner, attempt),
        |uow| async move { uow.lock_check(diner, check).await },
        |act, (session, check)| async move {
            let of_table = act.uow.find_diner(&session, Some(whose)).await?;
            of_table.ok_or(Error::refused(ProblemCode::UnknownDiner, "No such diner at the table"))?;
            act.uow.release_claims(&check, whose).await?;
            Ok(Done::<()>::Nothing)
        },
    )
    .await
}

fn fractions(items: &[ClaimItem]) -> Result<Vec<(ChargeId, Fraction)>> {
    let mut seen = HashSet::new();
    let one = |item: &ClaimItem| {
        if !seen.insert(item.charge_id) {
            return Err(Error::Invalid("items: the same charge_id appears twice"));
        }
        let fraction = Fraction::new(item.num, item.den)
            .map_err(|_| Error::Invalid("items: num and den must make a fraction: 1 <= num <= den <= 40"))?;
        Ok((item.charge_id, fraction))
    };
    items.iter().map(one).collect()
}

/// What a claim of that part of the charge comes to.
fn admit(
    ledger: &Ledger,
    others: &[ClaimRow],
    (charge_id, fraction): (ChargeId, Fraction),
    unit: Unit,
) -> Result<ClaimedItem> {
    let charge = ledger.charges.iter().find(|charge| charge.id == charge_id).ok_or(Error::NotFound("charge"))?;
    if !charge.stands {
        return Err(Error::ItemClaimed { charge: charge_id, why: ClaimRefused::Paid });
    }
    let paid = ledger.parts.iter().filter(|part| part.charge == charge_id).map(|part| part.amount);
    let paid = Cents::checked_sum(paid)?;
    let held = others.iter().filter(|claim| claim.charge_id == charge_id).map(|claim| held(ledger, claim));
    let held = held.collect::<Result<Vec<_>>>()?;
    let amount_cents = claim::claim(charge.amount_cents, paid, &held, fraction, unit)
        .map_err(|why| Error::ItemClaimed { charge: charge_id, why })?;
    Ok(ClaimedItem { charge_id, num: fraction.num(), den: fraction.den(), amount_cents })
}

/// Somebody else's claim. It is paid when payments of that diner cover as much of the charge; its money is then among
/// what the charge was paid, and must not be counted twice.
fn held(ledger: &Ledger, claim: &ClaimRow) -> Result<Held> {
    let theirs = |payment: domain::PaymentId| {
        ledger.payments.iter().any(|known| known.id == payment && known.diner_id == Some(claim.diner_id))
    };
    let covered = ledger
        .parts
        .iter()
        .filter(|part| part.charge == claim.charge_id && theirs(part.payment))
        .map(|part| part.amount);
    let covered = Cents::checked_sum(covered)?;
    let fraction = fraction_of(claim)?;
    Ok(Held { fraction, cents: claim.amount_cents, paid: covered >= claim.amount_cents })
}

/// Which part of its charge a claim is.
pub(super) fn fraction_of(claim: &ClaimRow) -> Result<Fraction> {
    let part = |n: i32| u32::try_from(n).unwrap_or(1);
    Fraction::new(part(claim.numerator), part(claim.denominator)).map_err(|_| Error::Internal("a claim is no fraction"))
}

async fn insert(
    uow: &UnitOfWork,
    check: &Locked<CheckRow>,
    diner: DinerId,
    item: ClaimedItem,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let new = NewClaim {
        charge: item.charge_id,
        diner,
        numerator: item.num,
        denominator: item.den,
        amount: item.amount_cents,
        expires_at,
    };
    uow.insert_claim(check, new).await?;
    Ok(())
}
