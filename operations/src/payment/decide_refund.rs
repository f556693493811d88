//! Decides a refund that waits for a manager: one that was proposed, or one that the provider refused.

use super::{
    give_back::left,
    refund::{CheckState, NO_BILL, refunded},
    refund_at_provider::open_account,
};
use crate::{
    Error, Result,
    command::{Act, Done, command},
};
use auth::{Management, Staff};
use domain::{
    RefundId,
    payment::{RefundKind, RefundStatus},
};
use serde_json::json;
use store::{Answer, Attempt, Change, Database, LockedRefund, RefundRow};

/// Approves a refund: what staff took goes back at once, what a provider took as soon as a worker has asked it. Never
/// more than what is left of the payment by now.
///
/// # Errors
/// No such refund; it is under way, done or dismissed; nothing is left to give back.
pub async fn approve_refund(
    db: &Database,
    staff: &Staff<Management>,
    id: RefundId,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "payment.approve_refund",
        (staff, attempt),
        |uow| async move { uow.lock_refund(staff, id).await },
        |act, LockedRefund { bill, payment, refund }| async move {
            let queued = refund.status.approve().map_err(Error::IllegalConflict)?;
            let on_its_way = act.uow.refunding(&payment).await?;
            let left = left(&payment)?.saturating_sub(on_its_way);
            // An over-payment is what covers nothing at this moment, whatever it was when the task was written, and is
            // not on its way back already.
            let idle = payment.net_cents.saturating_sub(payment.allocated_cents).saturating_sub(on_its_way);
            let most = if refund.kind == RefundKind::Overpayment { left.min(idle) } else { left };
            if most < refund.amount_cents {
                return Err(Error::TooMuchBack { left: most });
            }
            let by_hand = payment.tender.is_manual();
            if !by_hand {
                open_account(&act.uow, &payment).await?;
            }
            let status = if by_hand { RefundStatus::Done } else { queued };
            let decided =
                act.uow.decide_refund(&payment, &refund, status, refund.amount_cents, staff.user_id()).await?;
            audit(&act, &refund, &decided);
            if !by_hand {
                return Ok(Done::Accepted(refunded(&decided, &payment, CheckState::of(bill.as_ref()))));
            }
            let (session, check) = bill.as_ref().ok_or(NO_BILL)?;
            let (payment, settled) = act.settle_refund((session, check), &payment, &decided, None).await?;
            let stand = CheckState::after(check.id, &settled);
            Ok(Done::Changed(refunded(&decided, &payment, stand)))
        },
    )
    .await
}

/// Dismisses a refund: the money stays where it is.
///
/// # Errors
/// No such refund; it is under way, done or dismissed.
pub async fn dismiss_refund(
    db: &Database,
    staff: &Staff<Management>,
    id: RefundId,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "payment.dismiss_refund",
        (staff, attempt),
        |uow| async move { uow.lock_refund(staff, id).await },
        |act, LockedRefund { bill, payment, refund }| async move {
            let dismissed = refund.status.dismiss().map_err(Error::IllegalConflict)?;
            let decided =
                act.uow.decide_refund(&payment, &refund, dismissed, refund.amount_cents, staff.user_id()).await?;
            audit(&act, &refund, &decided);
            let told = refunded(&decided, &payment, CheckState::of(bill.as_ref()));
            Ok(Done::Changed(told))
        },
    )
    .await
}

fn audit(act: &Act<'_, Staff<Management>>, before: &RefundRow, after: &RefundRow) {
    let change = Change {
        action: "UPDATE",
        entity_type: "refund",
        entity_id: after.id.get(),
        branch: Some(after.branch_id),
        before: json!({ "status": before.status }),
        after: json!({ "status": after.status, "amount_cents": after.amount_cents, "payment_id": after.payment_id }),
    };
    act.audit(change);
}
