//! Gives money back that staff took, by hand: the one place where a manual payment comes to count for less.

use crate::{Error, Result, check::Settled, command::Act};
use auth::{Management, Staff};
use domain::{
    Cents, ProblemCode,
    check::CheckStatus,
    event::Event,
    payment::{Failure, IncidentKind, PaymentStatus, tip},
};
use serde_json::json;
use store::{Change, CheckRow, Incident, Locked, PaymentRow, RefundRow, Seated, UnitOfWork, Worth};

/// The part of a payment that can still be given back.
///
/// # Errors
/// No money of it is ours.
pub(super) fn left(payment: &PaymentRow) -> Result<Cents> {
    match payment.status {
        PaymentStatus::Approved | PaymentStatus::InMediation => {
            Ok(payment.amount_cents.saturating_sub(payment.refunded_cents))
        }
        PaymentStatus::Pending
        | PaymentStatus::InProcess
        | PaymentStatus::Authorized
        | PaymentStatus::Rejected
        | PaymentStatus::Cancelled
        | PaymentStatus::Refunded
        | PaymentStatus::ChargedBack
        | PaymentStatus::Unknown => {
            let detail = format!("A payment that is {} cannot be given back", payment.status);
            Err(Error::refused(ProblemCode::NotRefundable, detail))
        }
    }
}

impl Act<'_, Staff<Management>> {
    /// Lowers the payment by `refund`, which is DONE, and settles the check. `of_tip` of it is the tip's; where that is
    /// not said, the bill's part goes back before the tip ([`tip::worth`]).
    pub(super) async fn settle_refund(
        &self,
        (session, check): (&Locked<Seated>, &Locked<CheckRow>),
        payment: &Locked<PaymentRow>,
        refund: &RefundRow,
        of_tip: Option<Cents>,
    ) -> Result<(PaymentRow, Settled)> {
        let uow = &self.uow;
        let refunded = payment.refunded_cents.checked_add(refund.amount_cents)?;
        let left = payment.amount_cents.checked_sub(refunded)?;
        let parts = parts_after(payment, refund, of_tip)?;
        let status = if left == Cents::ZERO {
            payment.status.after(PaymentStatus::Refunded, Failure::Final)?
        } else {
            payment.status
        };
        let worth = Worth { status, amount: payment.amount_cents, refunded, net: parts.bill, tip: parts.tip };
        let withdrawn = check.status == CheckStatus::Open;
        let settled = self.settle_check((session, check), withdrawn, Some((payment, worth)), "payment.refund").await?;
        uow.ring_back(payment, refund.amount_cents, self.by.user_id()).await?;
        let now = uow.find_payment(check, payment.id).await?;
        let back = (refund.amount_cents, payment.tip_cents.saturating_sub(now.tip_cents));
        let refunded = settled.of_payment(check, &now, back, Some(refund.reason.clone()));
        self.emit(session.place(), Event::PaymentRefunded(refunded));
        self.tell_paid((session, check), &settled);
        if check.closed_at.is_some() && settled.paid < check.paid_cents {
            note_reopened(uow, check, payment, refund, &settled).await?;
        }
        self.audit(change(payment, &now, refund, &settled));
        Ok((now, settled))
    }
}

/// What of the payment is for the bill and what is tip, once the refund is done.
fn parts_after(payment: &PaymentRow, refund: &RefundRow, of_tip: Option<Cents>) -> Result<tip::Worth> {
    if let Some(of_tip) = of_tip {
        let of_bill = refund.amount_cents.checked_sub(of_tip)?;
        return match (payment.net_cents.checked_sub(of_bill), payment.tip_cents.checked_sub(of_tip)) {
            (Ok(bill), Ok(tip)) => Ok(tip::Worth { bill, tip }),
            (Err(_), _) => Err(Error::TooMuchBack { left: payment.net_cents.checked_add(of_tip)? }),
            (_, Err(_)) => Err(Error::TooMuchBack { left: payment.tip_cents }),
        };
    }
    let counted = payment.net_cents.checked_add(payment.tip_cents)?.saturating_sub(refund.amount_cents);
    let asked_bill = payment.amount_cents.saturating_sub(payment.tip_cents);
    Ok(tip::worth(counted, payment.amount_cents, asked_bill, payment.tip_cents))
}

/// Notes that money is owed again by a party that left. A person decides whether it is a loss.
async fn note_reopened(
    uow: &UnitOfWork,
    check: &CheckRow,
    payment: &PaymentRow,
    refund: &RefundRow,
    settled: &Settled,
) -> Result<()> {
    let incident = Incident {
        tenant: check.tenant_id,
        branch: Some(check.branch_id),
        account: payment.account_id,
        check: Some(check.id),
        payment: Some(payment.id),
        detail: format!("{} cents are owed again after the party had left", settled.remaining().get()),
    };
    uow.note_incident(IncidentKind::Reopened, &format!("reopened:{}", refund.key), incident).await?;
    Ok(())
}

fn change(before: &PaymentRow, now: &PaymentRow, refund: &RefundRow, settled: &Settled) -> Change {
    Change {
        action: "REFUND",
        entity_type: "payment",
        entity_id: before.id.get(),
        branch: Some(before.branch_id),
        before: json!({ "status": before.status, "refunded_cents": before.refunded_cents }),
        after: json!({ "status": now.status, "refunded_cents": now.refunded_cents, "refund_id": refund.id,
            "amount_cents": refund.amount_cents, "reason": refund.reason, "check_status": settled.status }),
    }
}
