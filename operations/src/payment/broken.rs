//! Whether an account's credentials are still good (S27). A refusal alone does not say so: a 403 may mean that one
//! payment is another seller's, a 401 that the token is being replaced at this moment.

use super::{
    providers::Providers,
    renew::{Renewal, renew},
};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use domain::payment::{AccountStatus, IncidentKind};
use provider::{CallError, Credentials, PaymentProvider};
use store::{AccountRow, Database, Incident, UnitOfWork};

/// What a failed call says of the account that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing.
    Good,
    /// Its token was refused, but there is another one, or it is on its way: what failed is worth another try (S32).
    Renewing,
    /// The provider refuses it for good.
    Refused,
}

/// Asks the provider about the account where `error` may mean that it refuses it, and renews a token that only ran out.
pub(super) async fn standing(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    credentials: &Credentials,
    error: &CallError,
) -> Result<Standing> {
    if !is_refused(providers, account, credentials, error).await {
        return Ok(Standing::Good);
    }
    Ok(match renew(db, providers, account).await? {
        Renewal::Renewed | Renewal::Later => Standing::Renewing,
        Renewal::Refused => Standing::Refused,
    })
}

/// Whether `error` means that the provider refuses the account itself, which is asked then.
async fn is_refused(providers: &Providers, account: &AccountRow, credentials: &Credentials, error: &CallError) -> bool {
    matches!(error, CallError::Unauthorized { .. })
        && matches!(providers.of(account).whoami(credentials).await, Err(CallError::Unauthorized { .. }))
}

/// The account is out of order from now on; its work waits.
pub(super) async fn set_broken(db: &Database, account: &AccountRow, error: &CallError) -> Result<()> {
    keyless(db, "payment.account_broken", Twice::GoodOnce, |uow| async move {
        note_broken(&uow, account, error).await?;
        Ok::<(), Error>(())
    })
    .await
}

/// The same within a transaction; whether the account is out of order. It is not when its credentials were replaced
/// since they were refused. The account is locked before anything of its work, as whoever replaces its credentials
/// does: that one either finds the work parked and lets it go on, or is seen here.
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
