//! The office calls off a payment that is not decided: a cash slip nobody paid, a card under review.
//!
//! The wish is committed first, with its audit row; a worker tells the provider
//! ([`Cancellations`](super::Cancellations)), and the answer waits for that. Whoever hangs up in between has asked all
//! the same, and asking again tells what came of it. The provider's accepting the call proves nothing (payments.md,
//! fact 10): the payment is read again, and what it then says is the answer.

use super::providers::{Providers, refusal};
use crate::{
    Error, Result,
    command::{Begun, Done, begin, command},
};
use auth::{Management, Staff};
use domain::{
    IllegalTransition, PaymentId,
    payment::{CancellationFailure, CancellationStatus, PaymentStatus, Tender},
};
use provider::{CallError, PaymentProvider};
use serde_json::json;
use std::time::Duration;
use store::{Answer, Attempt, CancellationRow, Change, Database, PaymentRow};
use wire::payment::Cancelled;

/// How often whoever waits looks.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest wait: below the time-out of requests.
const PATIENCE: Duration = Duration::from_secs(25);

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
    let asked = match ask(db, providers, staff, id, attempt).await? {
        Begun::Before(first) => return Ok(first),
        Begun::Now(cancellation) => cancellation,
    };
    let ended = ended(db, providers, asked).await?;
    if ended.status == CancellationStatus::Failed || ended.status.is_open() {
        return Err(failure(db, providers, &ended).await?);
    }
    let refused = ended.status == CancellationStatus::Refused;
    // Another delivery of this command may have answered meanwhile; what was said first stands.
    let nothing = |_| async { Ok::<_, Error>(()) };
    command(db, "payment.cancel_answer", (staff, attempt), nothing, |act, ()| async move {
        let now = act.uow.payment_now(id).await?;
        if refused && now.status != PaymentStatus::Cancelled {
            return Err(decided(&now));
        }
        Ok(Done::Changed(Cancelled { payment_id: id, status: now.status }))
    })
    .await
}

/// Writes the wish down, or finds the one of whoever else is waiting for the same.
async fn ask(
    db: &Database,
    providers: &Providers,
    staff: &Staff<Management>,
    id: PaymentId,
    attempt: &Attempt,
) -> Result<Begun<CancellationRow>> {
    begin(
        db,
        "payment.cancel",
        (staff, attempt),
        |uow| async move { uow.lock_payment(staff, id).await },
        |act, (_, payment)| async move {
            let (by, command) = (staff.user_id(), attempt.key.as_deref());
            if let Some(known) = act.uow.find_cancellation(&payment, by, command).await? {
                return Ok(known);
            }
            ensure_cancellable(providers, &payment)?;
            let cancellation = act.uow.insert_cancellation(&payment, by, command).await?;
            act.audit(Change {
                action: "CANCEL",
                entity_type: "payment",
                entity_id: id.get(),
                branch: Some(payment.branch_id),
                before: json!({ "status": payment.status }),
                after: json!({ "cancellation_id": cancellation.id }),
            });
            Ok(cancellation)
        },
    )
    .await
}

/// Whether the payment can still be called off, where its provider does that at all.
fn ensure_cancellable(providers: &Providers, payment: &PaymentRow) -> Result<()> {
    let undecided =
        matches!(payment.status, PaymentStatus::Pending | PaymentStatus::InProcess | PaymentStatus::Authorized);
    match payment.tender {
        Tender::Provider(provider) if undecided && providers.provider(provider).caps().cancels => {
            payment.account_id.ok_or(Error::NotFound("payment account")).map(drop)
        }
        _ => Err(decided(payment)),
    }
}

fn decided(payment: &PaymentRow) -> Error {
    Error::Conflict(IllegalTransition { noun: "payment", from: payment.status.as_str(), action: "cancel" })
}

/// Waits for the worker, as long as that makes sense.
async fn ended(db: &Database, providers: &Providers, mut asked: CancellationRow) -> Result<CancellationRow> {
    // The call, the look after it, and a worker that is busy.
    let patience = PATIENCE.min(providers.settings().timeout * 4);
    let waits = async {
        while asked.status.is_open() {
            tokio::time::sleep(PAUSE).await;
            asked = db.cancellation(asked.id).await?;
        }
        Ok(asked.clone())
    };
    match tokio::time::timeout(patience, waits).await {
        Ok(ended) => ended,
        Err(_) => Ok(asked),
    }
}

/// What whoever waits is told when the provider was not reached, or not in time.
async fn failure(db: &Database, providers: &Providers, ended: &CancellationRow) -> Result<Error> {
    let (_, account) = db.canceled_payment(ended).await?;
    let seconds = ended.retry_after.and_then(|wait| u64::try_from(wait).ok());
    let unavailable =
        || CallError::Unavailable { reason: String::new(), retry_after: seconds.map(Duration::from_secs) };
    let error = match ended.failure {
        None | Some(CancellationFailure::Unavailable) => unavailable(),
        Some(CancellationFailure::Lost) => CallError::Unknown(String::new()),
        Some(CancellationFailure::Rejected) => CallError::NotFound,
        Some(CancellationFailure::Unauthorized) => CallError::Unauthorized { status: 401, message: String::new() },
    };
    Ok(refusal(providers.of(&account).words(), &error))
}
