//! The state of an account whose credentials the provider refuses (S27).

use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use domain::payment::{AccountStatus, IncidentKind};
use provider::CallError;
use store::{AccountRow, Database, Incident, UnitOfWork};

/// Marks an account as broken from now on; its work waits.
pub(super) async fn set_broken(db: &Database, account: &AccountRow, error: &CallError) -> Result<()> {
    keyless(db, "payment.account_broken", Twice::GoodOnce, |uow| async move {
        note_broken(&uow, account, error).await?;
        Ok::<(), Error>(())
    })
    .await
}

/// Marks an account as broken within a transaction. Returns whether it is broken: it is not when its credentials were
/// replaced since they were refused.
///
/// The account is locked before its work, as the operation that replaces credentials does too. So that operation either
/// finds the work parked and lets it go on, or its new credentials are seen here.
pub(super) async fn note_broken(uow: &UnitOfWork, account: &AccountRow, error: &CallError) -> Result<bool> {
    let now = uow.lock_payment_account(account.id).await?;
    if now.version != account.version {
        return Ok(false);
    }
    if now.status == AccountStatus::Active && uow.set_account_status(account, AccountStatus::Broken).await? {
        let incident = Incident {
            tenant: account.tenant_id,
            branch: account.branch_id,
            account: Some(account.id),
            check: None,
            payment: None,
            detail: format!("The provider refuses the account's credentials: {error}"),
        };
        let key = format!("credentials:{}:{}", account.id, account.version);
        uow.note_incident(IncidentKind::CredentialsBroken, &key, incident).await?;
    }
    Ok(true)
}
