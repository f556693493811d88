//! Registers money that staff took: cash, the card terminal, a transfer (W21, W23).
//!
//! Under the check's lock the remainder that is compared is the remainder that is paid: two waiters cannot both take
//! the last peso (I5). More than is owed is refused; for a larger bank note there is change. Cash that pays the rest as
//! the branch rounds it pays the check, and the difference is a line of the check.

use super::drawer::ensure_drawer;
use crate::{
    Error, Result,
    check::Settled,
    command::{Act, Done, command},
};
use auth::{Floor, Staff};
use domain::{
    Cents, CheckId, DinerId, ProblemCode,
    check::DiscountType,
    event::Event,
    money::Unit,
    payment::{Tender, tender, tip::Tip},
};
use serde_json::json;
use store::{Answer, Attempt, Change, CheckRow, Database, Locked, NewDiscount, NewPayment};
use wire::payment::Registered;

/// What was taken.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Towards which check.
    pub check: CheckId,
    /// How.
    pub tender: Tender,
    /// For the bill, in cents.
    pub amount: Cents,
    /// For the staff, beside the amount.
    pub tip: Option<Tip>,
    /// The cash handed over, in cents, where change is to be told.
    pub received: Option<Cents>,
    /// Which diner paid.
    pub diner: Option<DinerId>,
    /// A remark.
    pub notes: Option<String>,
}

/// Registers a payment.
///
/// # Errors
/// No such check; it is withdrawn or paid; more than what remains; too little cash handed over; the diner is not of the
/// table; the key was used for another request.
pub async fn register(db: &Database, staff: &Staff<Floor>, taken: &Registration, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "payment.register",
        (staff, attempt),
        |uow| async move { uow.lock_check(staff, taken.check).await },
        |act, (session, check)| async move {
            check.status.ensure_payable()?;
            let remaining = Settled::of(&check).remaining();
            let cash_left = act.cash_left(&check, taken.tender, remaining).await?;
            let rounded = taken.amount == cash_left && cash_left != remaining;
            if taken.amount > remaining && !rounded {
                return Err(Error::TooMuch { remaining });
            }
            let tip = taken.tip.map_or(Cents::ZERO, |tip| tip.of(taken.amount, Unit::of(check.currency)));
            if let Some(diner) = taken.diner
                && act.uow.find_diner(&session, Some(diner)).await?.is_none()
            {
                return Err(Error::refused(ProblemCode::UnknownDiner, "No such diner at the table"));
            }
            ensure_drawer(&act.uow, check.branch_id, taken.tender).await?;
            let change = change(taken, tip)?;
            if rounded {
                act.round_cash(&check, remaining, cash_left).await?;
            }
            let payment = act.uow.insert_payment(&check, row(taken, tip, staff)).await?;
            let settled = act.settle_check((&session, &check), false, None, "payment.register").await?;
            act.uow.ring_up(&payment, staff.user_id()).await?;
            let sums = (payment.amount_cents, payment.tip_cents);
            let approved = settled.of_payment(&check, &payment, sums, None);
            act.emit(session.place(), Event::PaymentApproved(approved));
            act.tell_paid((&session, &check), &settled);
            let noted = Change {
                action: "PAYMENT",
                entity_type: "payment",
                entity_id: payment.id.get(),
                branch: Some(check.branch_id),
                before: serde_json::Value::Null,
                after: json!({ "check_id": check.id, "method": taken.tender, "amount_cents": taken.amount,
                "tip_cents": tip, "check_status": settled.status }),
            };
            act.audit(noted);
            let registered = Registered {
                payment_id: payment.id,
                check_id: check.id,
                amount_cents: taken.amount,
                tip_cents: tip,
                provider: taken.tender,
                manual_method: taken.tender,
                status: payment.status,
                payment_category: "MANUAL",
                registered_by: payment.registered_by,
                registered_by_waiter_id: staff.user_id(),
                diner_id: taken.diner,
                received_cents: taken.received,
                change_cents: change,
                check_status: settled.status,
                check_total_cents: settled.total,
                check_paid_cents: settled.paid,
                check_remaining_cents: settled.remaining(),
            };
            Ok(Done::Changed(registered))
        },
    )
    .await
}

impl Act<'_, Staff<Floor>> {
    /// What the rest of the check comes to in that tender: cash is rounded as the branch does.
    async fn cash_left(&self, check: &Locked<CheckRow>, tender: Tender, remaining: Cents) -> Result<Cents> {
        if tender != Tender::Cash {
            return Ok(remaining);
        }
        let rounding = self.uow.cash_rounding(check.branch_id).await?;
        Ok(rounding.map_or(remaining, |rounding| rounding.round(remaining, check.currency)))
    }

    /// Books what rounding takes off the check or adds to it, as a line of its own.
    async fn round_cash(&self, check: &Locked<CheckRow>, remaining: Cents, rounded: Cents) -> Result<()> {
        if rounded > remaining {
            return Ok(self.uow.insert_rounding(check, rounded.checked_sub(remaining)?).await?);
        }
        let off = remaining.checked_sub(rounded)?;
        let new = NewDiscount {
            kind: DiscountType::Amount,
            value: off.get(),
            reason: "Redondeo".to_owned(),
            granted_by: self.by.user_id(),
            rounding: true,
            charges: None,
        };
        self.uow.insert_discount(check, new).await?;
        Ok(())
    }
}

/// The change for the cash handed over, if it was counted.
fn change(taken: &Registration, tip: Cents) -> Result<Option<Cents>> {
    let Some(received) = taken.received else { return Ok(None) };
    let due = taken.amount.checked_add(tip)?;
    let change =
        tender::change(received, due).map_err(|error| Error::refused(ProblemCode::TooLittle, error.to_string()))?;
    Ok(Some(change))
}

fn row(taken: &Registration, tip: Cents, staff: &Staff<Floor>) -> NewPayment {
    NewPayment {
        tender: taken.tender,
        bill: taken.amount,
        tip,
        received: taken.received,
        diner: taken.diner,
        registered_by: staff.user_id(),
        notes: taken.notes.clone(),
    }
}
