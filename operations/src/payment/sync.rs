//! Making the ledger equal to the provider's truth about one thing (mercadopago.md §5).
//!
//! Everything that may have changed a payment leads here: notice, browser return, sweep, operator. It runs none, one or
//! many times, in any order, and ends the same: the lease is had first, then the truth is fetched, and it is written in
//! one transaction that also finds the lease still held.

use super::{
    apply::{Applied, apply},
    broken::{is_refused, note_broken},
    providers::Providers,
    renew::renew,
};
use crate::{Error, Result};
use domain::payment::{ResourceKind, SyncCause, SyncStatus};
use provider::{CallError, Credentials, PaymentProvider};
use store::{AccountRow, Database, SyncRow};

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
            Ok(snapshot) => return apply(db, &account, &credentials, job, &snapshot).await,
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

/// The work broke on our side. It is tried again like any other failure, so that a piece that always breaks ends as a
/// dead letter and keeps nobody waiting (S29).
pub(super) async fn broke(db: &Database, providers: &Providers, job: &SyncRow, error: &Error) -> Result<()> {
    let (reason, call) = (error.to_string(), CallError::Malformed(String::new()));
    let (reason, call) = (&reason, &call);
    db.transaction("payment.sync_broke", |uow| async move {
        let retry = providers.retry_at(job.attempts, call, uow.now());
        let status = if retry.is_some() { SyncStatus::Queued } else { SyncStatus::Dead };
        Ok::<(), Error>(uow.fail_sync(job, status, retry.unwrap_or(uow.now()), reason).await?)
    })
    .await
}

/// An order or a chargeback only names payments: each is looked at for itself.
async fn follow(db: &Database, account: &AccountRow, job: &SyncRow, payments: &[String]) -> Result<()> {
    db.transaction("payment.follow", |uow| async move {
        for id in payments {
            uow.enqueue_sync(account, ResourceKind::Payment, id, job.cause).await?;
        }
        if uow.finish_sync(job).await? { Ok(()) } else { Err(Error::LeaseLost) }
    })
    .await
    .or_else(lost_is_fine)
}

/// Whoever has the lease now does the work.
pub(super) fn lost_is_fine<T: Default>(error: Error) -> Result<T> {
    match error {
        Error::LeaseLost => Ok(T::default()),
        other => Err(other),
    }
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
    let refused = is_refused(providers, account, credentials, error).await;
    // A token that only ran out can be renewed; the work then goes on with the new one (S32).
    let broken = refused && !renew(db, providers, account).await?;
    let renewed = refused && !broken;
    db.transaction("payment.sync_failed", |uow| async move {
        let now = uow.now();
        let retry = providers.retry_at(job.attempts, error, now);
        // Credentials that were replaced since are not judged by what the former ones met: nothing would ever wake work that
        // is parked after they were.
        let replaced = refused && uow.lock_payment_account(account.id).await?.version != account.version;
        let broken = broken && !replaced;
        let status = match (broken, retry) {
            (true, _) => SyncStatus::Parked,
            (false, _) if renewed || replaced => SyncStatus::Queued,
            (false, Some(_)) if worth_another_try(job, error) => SyncStatus::Queued,
            // What somebody merely claimed, and the provider does not know, is nobody's work (S26).
            (false, _) if unfounded(job, error) => SyncStatus::Done,
            (false, _) => SyncStatus::Dead,
        };
        let at = if replaced { now } else { retry.unwrap_or(now) };
        uow.fail_sync(job, status, at, &error.to_string()).await?;
        if broken {
            note_broken(&uow, account, error).await?;
        }
        if status == SyncStatus::Dead {
            tracing::error!(job = job.id.get(), resource = job.resource_id, %error, "a payment sync is a dead letter");
        }
        Ok::<(), Error>(())
    })
    .await
}

/// Every failure but a refusal for good may pass: an id can be notified before it can be read (S26).
fn worth_another_try(job: &SyncRow, error: &CallError) -> bool {
    !(matches!(error, CallError::Rejected { .. }) || unfounded(job, error) && job.attempts >= 2)
}

fn unfounded(job: &SyncRow, error: &CallError) -> bool {
    matches!(error, CallError::NotFound | CallError::Unauthorized { .. })
        && matches!(job.cause, SyncCause::Hint | SyncCause::Return)
}
