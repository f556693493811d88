//! A manager takes something off a check, and says why.
//!
//! It is spread to the cent over the charges that it names, or over all of them. What was paid already for one that is
//! named is its guest's to have back; what was paid for others moves on, or becomes credit with a task to give it back.
//! Nothing is taken below zero.

use crate::{
    Error, Result,
    command::{Done, command},
    payable::ensure_payable,
};
use auth::{Management, Staff};
use domain::{
    Cents, ChargeId, ProblemCode, SessionId,
    check::{
        CheckStatus, DiscountType,
        pricing::{Percent, Reduction},
    },
    money::Unit,
};
use serde_json::json;
use std::collections::BTreeMap;
use store::{Answer, Attempt, Change, ChargeNow, Database, Ledger, NewDiscount};
use wire::check::{Discounted, Discounting};

/// Takes it off.
///
/// # Errors
/// No such session, check, charge or item; the party has left; the amount is more than what it is for comes to; the
/// value is none; an item is named twice.
pub async fn discount(
    db: &Database,
    staff: &Staff<Management>,
    session_id: SessionId,
    wanted: &Discounting,
    attempt: &Attempt,
) -> Result<Answer> {
    let reduction = reduction(wanted)?;
    command(
        db,
        "check.discount",
        (staff, attempt),
        |uow| async move { uow.lock_session(staff, session_id).await },
        |act, session| async move {
        let mut check = act.uow.lock_check_of(&session).await?.ok_or(Error::NotFound("check"))?;
        if check.closed_at.is_some() {
            return Err(Error::refused(ProblemCode::CheckClosed, "The party has left; nothing can be taken off its check"));
        }
        if check.status == CheckStatus::Open {
            // What was ordered since it was withdrawn is on it when something is taken off.
            act.settle_check((&session, &check), true, None, "check.discount").await?;
            check = act.uow.lock_check_of(&session).await?.ok_or(Error::NotFound("check"))?;
        }
        let (base, charges) = if wanted.charge_ids.is_none() && wanted.item_ids.is_none() {
            (check.total_cents, None)
        } else {
            let (base, charges) = named(&act.uow.find_ledger(&check).await?, wanted)?;
            (base, Some(charges))
        };
        ensure_fits(reduction, base, Unit::of(check.currency))?;
        let new = NewDiscount {
            kind: wanted.discount_type,
            value: wanted.value,
            reason: wanted.reason.as_str().to_owned(),
            granted_by: staff.user_id(),
            rounding: false,
            charges: charges.clone(),
        };
        let discount = act.uow.insert_discount(&check, new).await?;
        let (of, withdrawn) = ((&session, &check), check.status == CheckStatus::Open);
        let settled = act.settle_check(of, withdrawn, None, "check.discount").await?;
        act.tell_total(of, &settled);
        let change = Change {
            action: "UPDATE",
            entity_type: "check",
            entity_id: check.id.get(),
            branch: Some(check.branch_id),
            before: json!({ "total_cents": check.total_cents }),
            after: json!({ "total_cents": settled.total, "discount_type": wanted.discount_type, "value": wanted.value,
                "reason": wanted.reason, "charge_ids": charges }),
        };
        act.audit(change);
        let discounted = Discounted {
            discount_id: discount.id,
            check_id: check.id,
            session_id,
            discount_cents: check.total_cents.saturating_sub(settled.total),
            total_cents: settled.total,
            paid_cents: settled.paid,
            remaining_cents: settled.remaining(),
            status: settled.status,
        };
        Ok(Done::Changed(discounted))
        },
    )
    .await
}

/// The charges that a discount names, and what they come to now.
fn named(ledger: &Ledger, wanted: &Discounting) -> Result<(Cents, Vec<ChargeId>)> {
    let by_charge = wanted.charge_ids.iter().flatten().map(|id| (Some(*id), None));
    let by_item = wanted.item_ids.iter().flatten().map(|id| (None, Some(*id)));
    let mut named = BTreeMap::new();
    for (charge_id, item_id) in by_charge.chain(by_item) {
        let is_it = |charge: &&ChargeNow| match item_id {
            Some(_) => charge.round_item_id == item_id,
            None => Some(charge.id) == charge_id && !charge.rounding,
        };
        let missing = Error::NotFound(if item_id.is_some() { "item" } else { "charge" });
        let charge = ledger.charges.iter().find(is_it).ok_or(missing)?;
        let amount = if charge.stands { charge.amount_cents } else { Cents::ZERO };
        if named.insert(charge.id, amount).is_some() {
            return Err(Error::Invalid("charge_ids: must name each item once"));
        }
    }
    if named.is_empty() {
        return Err(Error::Invalid("charge_ids: must name an item"));
    }
    Ok((Cents::checked_sum(named.values().copied())?, named.into_keys().collect()))
}

/// Something is taken off, and no more than there is.
fn ensure_fits(reduction: Reduction, total: Cents, unit: Unit) -> Result<()> {
    if let Reduction::Amount(off) = reduction {
        ensure_payable("value", off, unit, total)?;
    }
    if reduction.of(total, unit) == Cents::ZERO || matches!(reduction, Reduction::Amount(off) if off > total) {
        let detail = format!("It is for {} cents; that cannot be taken off", total.get());
        return Err(Error::refused(ProblemCode::DiscountTooLarge, detail));
    }
    Ok(())
}

fn reduction(wanted: &Discounting) -> Result<Reduction> {
    match wanted.discount_type {
        DiscountType::Percent => match Percent::try_from(wanted.value) {
            Ok(percent) => Ok(Reduction::Percent(percent)),
            Err(_) => Err(Error::Invalid("value: must be from 1 to 100")),
        },
        DiscountType::Amount => match Cents::new(wanted.value) {
            Ok(amount) if amount > Cents::ZERO => Ok(Reduction::Amount(amount)),
            _ => Err(Error::Invalid("value: must be more than 0")),
        },
    }
}
