//! Registers money that staff took: cash, the card terminal, a transfer (W21, W23).
//!
//! Under the check's lock the remainder that is compared is the remainder that is paid: two waiters cannot both take
//! the last peso (I5). More than is owed is refused; for a larger bank note there is change.

use super::drawer::ensure_drawer;
use crate::{
    Error, Result,
    check::Settled,
    command::{Done, command},
};
use auth::{Floor, Staff};
use domain::{
    Cents, CheckId, DinerId, ProblemCode,
    event::Event,
    payment::{Tender, tender},
};
use serde_json::json;
use store::{Answer, Attempt, Change, Database, NewPayment};
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
    /// For the staff, in cents.
    pub tip: Cents,
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
            if taken.amount > remaining {
                return Err(Error::TooMuch { remaining });
            }
            if let Some(diner) = taken.diner
                && act.uow.find_diner(&session, Some(diner)).await?.is_none()
            {
                return Err(Error::refused(ProblemCode::UnknownDiner, "No such diner at the table"));
            }
            ensure_drawer(&act.uow, check.branch_id, taken.tender).await?;
            let change = change(taken)?;
            let payment = act.uow.insert_payment(&check, row(taken, staff)).await?;
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
                "tip_cents": taken.tip, "check_status": settled.status }),
            };
            act.audit(noted);
            let registered = Registered {
                payment_id: payment.id,
                check_id: check.id,
                amount_cents: taken.amount,
                tip_cents: taken.tip,
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

/// The change for the cash handed over, if it was counted.
fn change(taken: &Registration) -> Result<Option<Cents>> {
    let Some(received) = taken.received else { return Ok(None) };
    let due = taken.amount.checked_add(taken.tip)?;
    let change =
        tender::change(received, due).map_err(|error| Error::refused(ProblemCode::TooLittle, error.to_string()))?;
    Ok(Some(change))
}

fn row(taken: &Registration, staff: &Staff<Floor>) -> NewPayment {
    NewPayment {
        tender: taken.tender,
        bill: taken.amount,
        tip: taken.tip,
        received: taken.received,
        diner: taken.diner,
        registered_by: staff.user_id(),
        notes: taken.notes.clone(),
    }
}
