//! Payments that the office calls off are called off at the provider, by a worker: a call that changes something there
//! is never made while somebody's request is all that keeps it alive.
//!
//! One try: whoever asked is told what came of it, and may ask again. Doing it twice, after a crash in between, does no
//! harm: a payment that was called off is called off.

use super::{providers::Providers, sync::sync};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use domain::payment::{CancellationFailure, CancellationStatus, ResourceKind, SyncCause};
use provider::{CallError, PaymentProvider};
use std::time::Duration;
use store::{AccountRow, CancellationEnd, CancellationRow, Database};
use tokio::task::JoinSet;

/// How often a look that another worker has is asked for again, and after how long.
const PATIENCE: (u32, Duration) = (20, Duration::from_millis(100));
/// How many a process carries out at once.
const AT_ONCE: i64 = 8;

/// Carries out what waits and says how many that were.
///
/// # Errors
/// The queue cannot be read.
pub async fn call_off(db: &Database, providers: &Providers) -> Result<usize> {
    if !db.has_due_cancellations().await? {
        return Ok(0);
    }
    let lease = providers.lease();
    let due = keyless(db, "payment.cancel_lease", Twice::GoodOnce, |uow| async move {
        Ok::<_, Error>(uow.lease_cancellations(AT_ONCE, lease).await?)
    })
    .await?;
    let count = due.len();
    // Side by side: an account that is slow keeps no other waiting.
    let mut running = JoinSet::new();
    for row in due {
        let (db, providers) = (db.clone(), providers.clone());
        running.spawn(async move {
            if let Err(error) = one(&db, &providers, &row).await {
                tracing::warn!(cancellation = row.id.get(), %error, "a payment could not be called off; its lease will end");
            }
        });
    }
    while running.join_next().await.is_some() {}
    Ok(count)
}

async fn one(db: &Database, providers: &Providers, row: &CancellationRow) -> Result<()> {
    let (payment, account) = db.canceled_payment(row).await?;
    let number = payment.provider_payment_id.as_deref().ok_or(Error::NotFound("payment"))?;
    let called = match providers.credentials(&account) {
        Ok(credentials) => providers.of(&account).cancel_payment(&credentials, number).await,
        Err(error) => Err(CallError::Unauthorized { status: 401, message: error.to_string() }),
    };
    let end = &end(called);
    // What the provider now says of it is the answer, also where its own was lost.
    if end.failure.is_none() || end.failure == Some(CancellationFailure::Lost) {
        look(db, providers, &account, number).await?;
    }
    keyless(db, "payment.cancel_end", Twice::FindsTheFirst, |uow| async move {
        uow.end_cancellation(row, end).await?;
        Ok::<(), Error>(())
    })
    .await
}

/// Looks at the payment. Where a notice of it was faster its look is waited for, and another follows.
async fn look(db: &Database, providers: &Providers, account: &AccountRow, number: &str) -> Result<()> {
    let lease = providers.lease();
    let (times, pause) = PATIENCE;
    for _ in 0..times {
        let job = keyless(db, "payment.cancel_look", Twice::FindsTheFirst, |uow| async move {
            let kind = ResourceKind::Payment;
            Ok::<_, Error>(uow.lease_sync(account, kind, number, SyncCause::Operator, lease).await?)
        })
        .await?;
        if let Some(job) = job {
            sync(db, providers, &job).await?;
            return Ok(());
        }
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

fn end(called: Result<(), CallError>) -> CancellationEnd {
    let ended = |status| CancellationEnd { status, failure: None, retry_after: None, error: None };
    let error = match called {
        Ok(()) => return ended(CancellationStatus::Accepted),
        // It was decided meanwhile: the look shows how.
        Err(CallError::Rejected { .. }) => return ended(CancellationStatus::Refused),
        Err(error) => error,
    };
    let failure = match error {
        CallError::Unavailable { .. } | CallError::RateLimited { .. } | CallError::BreakerOpen { .. } => {
            CancellationFailure::Unavailable
        }
        CallError::Unknown(_) => CancellationFailure::Lost,
        CallError::Unauthorized { .. } => CancellationFailure::Unauthorized,
        CallError::NotFound | CallError::NotSupported | CallError::Malformed(_) | CallError::Rejected { .. } => {
            CancellationFailure::Rejected
        }
    };
    CancellationEnd {
        status: CancellationStatus::Failed,
        failure: Some(failure),
        retry_after: error.retry_after(),
        error: Some(error.to_string()),
    }
}
