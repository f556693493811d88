//! The office calls off a payment that is not decided: a cash slip nobody paid, a card under review.
//!
//! The provider's accepting the call proves nothing (payments.md, fact 10): the payment is read again, and what it
//! then says is the answer.

use super::{
    providers::{Providers, refusal},
    sync::sync,
};
use crate::{
    Error, Result,
    command::{Done, answered, command},
};
use auth::{Management, Staff};
use domain::{
    IllegalTransition, PaymentId,
    payment::{PaymentStatus, ResourceKind, SyncCause, Tender},
};
use provider::{CallError, PaymentProvider};
use serde::Serialize;
use serde_json::json;
use store::{Answer, Attempt, Change, Database, PaymentRow};
use utoipa::ToSchema;

/// The payment afterwards.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Cancelled {
    /// The payment.
    pub payment_id: PaymentId,
    /// Where it stands by the provider's word; not yet CANCELLED when the provider takes its time.
    pub status: PaymentStatus,
}

/// Calls a payment off at its provider.
///
/// # Errors
/// No such payment; it is decided, or did not come through a provider (409); the provider does not answer (503).
pub async fn cancel(
    db: &Database,
    providers: &Providers,
    staff: &Staff<Management>,
    id: PaymentId,
    attempt: &Attempt,
) -> Result<Answer> {
    if let Some(first) = answered(db, staff, attempt).await? {
        return Ok(first);
    }
    let payment = db.payment_of(staff, id).await?;
    let number = cancellable(&payment)?;
    let account = db.account(payment.account_id.ok_or(Error::NotFound("payment account"))?).await?;
    let credentials = providers.credentials(&account)?;
    let refused = match providers.of(&account).cancel_payment(&credentials, number).await {
        Ok(()) => false,
        // It was decided meanwhile: the look shows how.
        Err(CallError::Rejected { .. }) => true,
        Err(error) => return Err(refusal(&error)),
    };
    let (account, lease) = (&account, providers.lease());
    let job = db
        .transaction("payment.cancel_look", |uow| async move {
            let kind = ResourceKind::Payment;
            Ok::<_, Error>(uow.lease_sync(account, kind, number, SyncCause::Operator, lease).await?)
        })
        .await?;
    if let Some(job) = job {
        sync(db, providers, &job).await?;
    }
    let before = payment.status;
    // Another delivery of this command may have answered meanwhile; what was said first stands.
    command(
        db,
        "payment.cancel",
        (staff, attempt),
        |_| async { Ok::<_, Error>(()) },
        |act, ()| async move {
            let now = act.uow.payment_now(id).await?;
            if refused && now.status != PaymentStatus::Cancelled {
                return Err(Error::Conflict(IllegalTransition {
                    noun: "payment",
                    from: now.status.as_str(),
                    action: "cancel",
                }));
            }
            act.audit(Change {
                action: "CANCEL",
                entity_type: "payment",
                entity_id: id.get(),
                branch: Some(now.branch_id),
                before: json!({ "status": before }),
                after: json!({ "status": now.status }),
            });
            Ok(Done::Changed(Cancelled { payment_id: id, status: now.status }))
        },
    )
    .await
}

/// The provider's number of a payment that can still be called off.
fn cancellable(payment: &PaymentRow) -> Result<&str> {
    let undecided =
        matches!(payment.status, PaymentStatus::Pending | PaymentStatus::InProcess | PaymentStatus::Authorized);
    match (payment.tender, &payment.provider_payment_id) {
        (Tender::MercadoPago, Some(number)) if undecided => Ok(number),
        _ => {
            Err(Error::Conflict(IllegalTransition { noun: "payment", from: payment.status.as_str(), action: "cancel" }))
        }
    }
}
