//! Whether an account's credentials are still good (S27). A refusal alone does not say so: a 403 may mean that one
//! payment is another seller's.

use super::providers::Providers;
use crate::{Error, Result};
use domain::payment::{AccountStatus, IncidentKind};
use provider::{CallError, Credentials, PaymentProvider};
use store::{AccountRow, Database, Incident, UnitOfWork};

/// Whether `error` means that the provider refuses the account itself, which is asked then.
pub(super) async fn is_refused(
    providers: &Providers,
    account: &AccountRow,
    credentials: &Credentials,
    error: &CallError,
) -> bool {
    matches!(error, CallError::Unauthorized { .. })
        && matches!(providers.of(account).whoami(credentials).await, Err(CallError::Unauthorized { .. }))
}

/// The account is out of order from now on; its work waits.
pub(super) async fn set_broken(db: &Database, account: &AccountRow, error: &CallError) -> Result<()> {
    db.transaction("payment.account_broken", |uow| async move {
        note_broken(&uow, account, error).await?;
        Ok::<(), Error>(())
    })
    .await
}

/// The same within a transaction.
pub(super) async fn note_broken(uow: &UnitOfWork, account: &AccountRow, error: &CallError) -> Result<()> {
    if uow.set_account_status(account, AccountStatus::Broken).await? {
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
    Ok(())
}
