//! Making the ledger equal to the provider's truth about one thing (payments.md §5).
//!
//! Everything that may have changed a payment leads here: notice, browser return, sweep, operator. It runs none, one or
//! many times, in any order, and ends the same: the lease is had first, then the truth is fetched, and it is written in
//! one transaction that also finds the lease still held.

pub(super) use super::lease::lost_is_fine;

use super::{
    apply::{Applied, apply},
    broken::{CredentialHealth, credential_health, note_broken},
    providers::Providers,
};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use domain::{
    payment::{ResourceKind, SyncCause},
    work::WorkStatus,
};
use provider::{CallError, Credentials, PaymentProvider};
use store::{AccountRow, Database, SyncRow, WorkOutcome};

/// Fetches what `job` names and follows it. The job must be leased.
///
/// # Errors
/// The database failed; the lease ends by itself, and the work is done again.
pub async fn sync(db: &Database, providers: &Providers, job: &SyncRow) -> Result<Option<Applied>> {
    let account = db.account(job.account_id).await?;
    let credentials = providers.credentials(&account)?;
    let provider = providers.of(&account);
    let id = &job.resource_id;
    let fetched = match job.kind {
        ResourceKind::Payment => match provider.fetch_payment(&credentials, id).await {
            Ok(snapshot) => {
                let failure = provider.caps().failure;
                return apply(db, &account, &credentials, failure, job, &snapshot).await;
            }
            Err(error) => Err(error),
        },
        ResourceKind::Order => provider.fetch_order(&credentials, id).await.map(|order| order.payment_ids),
        ResourceKind::Chargeback => provider.fetch_chargeback(&credentials, id).await,
    };
    match fetched {
        Ok(payments) => follow(db, &account, job, &payments).await?,
        Err(error) => fail(db, providers, &account, &credentials, job, &error).await?,
    }
    Ok(None)
}

/// An order or a chargeback only names payments: each is looked at for itself.
async fn follow(db: &Database, account: &AccountRow, job: &SyncRow, payments: &[String]) -> Result<()> {
    keyless(db, "payment.follow", Twice::GoodOnce, |uow| async move {
        for id in payments {
            uow.enqueue_sync(account, ResourceKind::Payment, id, job.cause).await?;
        }
        Ok(uow.finish_work(job, WorkOutcome::Done).await?)
    })
    .await
    .or_else(lost_is_fine)
}

async fn fail(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    credentials: &Credentials,
    job: &SyncRow,
    error: &CallError,
) -> Result<()> {
    // A 403 may only say that this payment is another's; the account itself is asked before its work is parked (S27).
    let credential_health = credential_health(db, providers, account, credentials, error).await?;
    keyless(db, "payment.sync_failed", Twice::GoodOnce, |uow| async move {
        let now = uow.now();
        let broken = credential_health == CredentialHealth::Refused && note_broken(&uow, account, error).await?;
        let retry = providers.retry_at(job.attempts, error, now);
        let status = match retry {
            _ if broken => WorkStatus::Parked,
            // The token is another one by now, or soon: the work goes on with that (S32).
            _ if credential_health != CredentialHealth::Good => WorkStatus::Queued,
            Some(_) if worth_another_try(job, error) => WorkStatus::Queued,
            // What somebody merely claimed, and the provider does not know, is nobody's work (S26).
            _ if unfounded(job, error) => WorkStatus::Done,
            _ => WorkStatus::Dead,
        };
        // Credentials that were replaced since are tried at once: nothing would ever wake work that is parked after
        // they were.
        let replaced = credential_health == CredentialHealth::Refused && !broken;
        let later = if status == WorkStatus::Queued { now + providers.lease() } else { now };
        let again = if replaced { now } else { retry.unwrap_or(later) };
        let why = &error.to_string();
        let outcome = match status {
            WorkStatus::Queued | WorkStatus::Running => {
                WorkOutcome::Again { at: again, attempts: job.attempts + 1, error: Some(why), in_turn: true }
            }
            WorkStatus::Parked => WorkOutcome::Parked(why),
            WorkStatus::Dead => WorkOutcome::Dead(why),
            WorkStatus::Done => WorkOutcome::Dropped(why),
        };
        uow.finish_work(job, outcome).await?;
        if status == WorkStatus::Dead {
            tracing::error!(job = job.id.get(), resource = job.resource_id, %error, "a payment sync is a dead letter");
        }
        Ok::<(), Error>(())
    })
    .await
    .or_else(lost_is_fine)
}

/// Every failure but a refusal for good may pass: an id can be notified before it can be read (S26).
fn worth_another_try(job: &SyncRow, error: &CallError) -> bool {
    !(matches!(error, CallError::Rejected { .. } | CallError::NotSupported)
        || unfounded(job, error) && job.attempts >= 2)
}

fn unfounded(job: &SyncRow, error: &CallError) -> bool {
    matches!(error, CallError::NotFound | CallError::Unauthorized { .. })
        && matches!(job.cause, SyncCause::Hint | SyncCause::Return)
}
