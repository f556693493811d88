//! Payments that the office calls off are called off at the provider, by a worker: a call that changes something there
//! is never made while somebody's request is all that keeps it alive.
//!
//! One try: whoever asked is told what came of it, and may ask again. Doing it twice, after a crash in between, does no
//! harm: a payment that was called off is called off.

use super::{providers::Providers, sync::sync};
use crate::{
    Error, Result,
    command::{Twice, keyless},
    work::Work,
};
use chrono::TimeDelta;
use domain::payment::{CancellationFailure, CancellationStatus, ResourceKind, SyncCause};
use provider::{CallError, PaymentProvider};
use std::time::Duration;
use store::{AccountRow, CANCELLATIONS, CancellationEnd, CancellationRow, Database, Piece, Queue, WorkOutcome};

/// How often a look that another worker has is asked for again, and after how long.
const PATIENCE: (u32, Duration) = (20, Duration::from_millis(100));

/// The work of the queue of cancellations. A piece is never given up: until it has ended, nobody could ask again.
#[derive(Clone, Debug)]
pub struct Cancellations(pub Providers);

#[async_trait::async_trait]
impl Work for Cancellations {
    fn queue(&self) -> &'static Queue {
        &CANCELLATIONS
    }

    fn lease(&self) -> TimeDelta {
        self.0.lease()
    }

    fn pause(&self) -> Duration {
        self.0.settings().retry_base
    }

    fn gives_up(&self) -> bool {
        false
    }

    async fn carry_out(&self, db: &Database, piece: &Piece) -> Result<()> {
        let lease = self.lease();
        let taken = keyless(db, "payment.cancel_take", Twice::GoodOnce, |uow| async move {
            let cancellation = uow.take_cancellation(piece, lease).await?;
            if cancellation.is_none() {
                uow.finish_work(piece, WorkOutcome::Done).await?;
            }
            Ok::<_, Error>(cancellation)
        })
        .await?;
        match taken {
            Some(row) => one(db, &self.0, piece, &row).await,
            None => Ok(()),
        }
    }
}

async fn one(db: &Database, providers: &Providers, piece: &Piece, row: &CancellationRow) -> Result<()> {
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
    keyless(db, "payment.cancel_end", Twice::GoodOnce, |uow| async move {
        uow.end_cancellation(row, end).await?;
        Ok::<(), Error>(uow.finish_work(piece, WorkOutcome::Done).await?)
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
