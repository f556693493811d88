//! Refunds a payment, all of it or a part, by a manager's order.
//!
//! What staff took goes back by hand and at once. What a phone paid goes back through its provider: the refund is
//! queued here and sent by a worker, so that no transaction waits for a network (I6).

use super::give_back::left;
use crate::{
    Error, Result,
    check::Settled,
    command::{Done, command},
};
use auth::{Management, Staff};
use domain::{
    Amount, Cents, CheckId, PaymentId,
    check::CheckStatus,
    payment::{RefundKind, RefundStatus},
};
use store::{Answer, Attempt, Bill, Database, PaymentRow, RefundRow};
use wire::payment::{Refunded, Refunding};

/// The error when money that staff took has no check, which cannot be.
pub(super) const NO_BILL: Error = Error::Internal("money that staff took has no check");

/// Where a check stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct CheckState {
    check: CheckId,
    status: CheckStatus,
    total: Cents,
    paid: Cents,
}

impl CheckState {
    /// The state as the check was locked.
    pub(super) fn of(bill: Option<&Bill>) -> Option<Self> {
        bill.map(|(_, check)| Self {
            check: check.id,
            status: check.status,
            total: check.total_cents,
            paid: check.paid_cents,
        })
    }

    /// The state after the money was given back.
    pub(super) fn after(check: CheckId, settled: &Settled) -> Option<Self> {
        Some(Self { check, status: settled.status, total: settled.total, paid: settled.paid })
    }
}

/// What is told of `refund`, with the check's state, total and paid part.
pub(super) fn refunded(refund: &RefundRow, payment: &PaymentRow, stand: Option<CheckState>) -> Refunded {
    let (check_total_cents, check_paid_cents) = stand.map_or((Cents::ZERO, Cents::ZERO), |now| (now.total, now.paid));
    Refunded {
        refund_id: refund.id,
        refund_status: refund.status,
        amount_cents: refund.amount_cents,
        payment_id: payment.id,
        payment_status: payment.status,
        refunded_cents: payment.refunded_cents,
        net_cents: payment.net_cents,
        tip_cents: payment.tip_cents,
        check_id: stand.map(|now| now.check),
        check_status: stand.map(|now| now.status),
        check_total_cents,
        check_paid_cents,
        check_remaining_cents: check_total_cents.saturating_sub(check_paid_cents),
    }
}

/// Refunds a payment; also one that no check of ours asked for.
///
/// # Errors
/// No such payment; none of it is ours, or less than that is left; the key was used for another request.
pub async fn refund(
    db: &Database,
    staff: &Staff<Management>,
    payment: PaymentId,
    wanted: &Refunding,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "payment.refund",
        (staff, attempt),
        |uow| async move { uow.lock_payment(staff, payment).await },
        |act, (bill, payment)| async move {
            let left = left(&payment)?.saturating_sub(act.uow.refunding(&payment).await?);
            let amount = wanted.amount_cents.map_or(left, Amount::cents);
            if amount > left || amount == Cents::ZERO {
                return Err(Error::TooMuchBack { left });
            }
            let of_tip = wanted.tip_cents.map(Amount::cents);
            if of_tip.is_some_and(|of_tip| of_tip > amount) {
                return Err(Error::Invalid("tip_cents: more than what is given back"));
            }
            if !payment.tender.is_manual() {
                if of_tip.is_some() {
                    return Err(Error::Invalid("tip_cents: only of money that staff took"));
                }
                let queued = act.refund_at_provider(&payment, amount, wanted.reason.as_str()).await?;
                return Ok(Done::Accepted(refunded(&queued, &payment, CheckState::of(bill.as_ref()))));
            }
            let (session, check) = bill.as_ref().ok_or(NO_BILL)?;
            let (kind, by) = (RefundKind::Request, Some(staff.user_id()));
            let reason = wanted.reason.as_str();
            let refund = act.uow.insert_refund(&payment, kind, RefundStatus::Done, amount, reason, by).await?;
            let (payment, settled) = act.settle_refund((session, check), &payment, &refund, of_tip).await?;
            let stand = CheckState::after(check.id, &settled);
            Ok(Done::Changed(refunded(&refund, &payment, stand)))
        },
    )
    .await
}
