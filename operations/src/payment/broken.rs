//! Checks that an account's credentials are still good (S27). A refusal alone does not say that they are not: a 403 may
//! mean that one payment is another seller's, a 401 that the token is being replaced at this moment.

pub(super) use super::account_state::{note_broken, set_broken};

use super::{
    providers::Providers,
    renew::{Renewal, renew},
};
use crate::Result;
use provider::{CallError, Credentials, PaymentProvider};
use store::{AccountRow, Database};

/// The health of an account's credentials after a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CredentialHealth {
    /// The failure says nothing about them.
    Good,
    /// The token was refused, but there is another one, or it is being renewed: the call is worth another try (S32).
    Renewing,
    /// The provider refuses the account for good.
    Refused,
}

/// Asks the provider about the account if `error` may mean that it is refused, and renews a token that has only
/// expired.
pub(super) async fn credential_health(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    credentials: &Credentials,
    error: &CallError,
) -> Result<CredentialHealth> {
    if !is_refused(providers, account, credentials, error).await {
        return Ok(CredentialHealth::Good);
    }
    Ok(match renew(db, providers, account).await? {
        Renewal::Renewed | Renewal::Later => CredentialHealth::Renewing,
        Renewal::Refused => CredentialHealth::Refused,
    })
}

/// Whether `error` means that the provider refuses the account itself; the provider is asked then.
async fn is_refused(providers: &Providers, account: &AccountRow, credentials: &Credentials, error: &CallError) -> bool {
    matches!(error, CallError::Unauthorized { .. })
        && matches!(providers.of(account).whoami(credentials).await, Err(CallError::Unauthorized { .. }))
}
