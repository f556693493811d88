//! Adopts the account of a server with one restaurant from the configuration, or the sandbox's in the demo. It is
//! stored like any other account, so that nothing else has to know where it came from.

use super::providers::Providers;
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use domain::{
    AccountId,
    payment::{AccountStatus, Provider},
};
use provider::{ConfiguredAccount, Credentials};
use store::{AccountRow, Database, NewAccount, Sealed, UnitOfWork};
use uuid::Uuid;

/// Gives the business's account with that provider the configured credentials; adds the account when there is none.
/// Without a business there is nothing to do.
///
/// # Errors
/// The credentials cannot be sealed.
pub async fn adopt_account(
    db: &Database,
    providers: &Providers,
    provider: Provider,
    configured: &ConfiguredAccount,
) -> Result<Option<AccountId>> {
    let ConfiguredAccount { credentials, mode } = configured;
    let adopted = keyless(db, "payment.adopt_account", Twice::FindsTheFirst, |uow| async move {
        let Some((tenant, currency)) = uow.only_tenant().await? else { return Ok(None) };
        let account = match uow.find_tenant_account(tenant, provider).await? {
            // An account that was refused is tried again at every start: the operator restarts after mending things at
            // the provider, where the token may have stayed the same (S27).
            Some(account) if account.status == AccountStatus::Active && uses(providers, &account, credentials) => {
                return Ok(Some(account.id));
            }
            Some(account) => uow.lock_payment_account(account.id).await?,
            None => {
                let new = NewAccount {
                    tenant,
                    branch: None,
                    provider,
                    external_id: credentials.seller.clone(),
                    currency,
                    webhook_token: Uuid::new_v4().simple().to_string(),
                    webhook_mode: *mode,
                    token_expires_at: None,
                };
                uow.insert_account(new).await?
            }
        };
        seal(&uow, providers, &account, credentials, None).await?;
        Ok(Some(account.id))
    })
    .await;
    match adopted {
        // Another process that starts at this moment was faster.
        Err(Error::Store(store::Error::Taken(_))) => Ok(None),
        adopted => adopted,
    }
}

/// Seals credentials for an account and puts them in use.
pub(crate) async fn seal(
    uow: &UnitOfWork,
    providers: &Providers,
    account: &store::Locked<AccountRow>,
    credentials: &Credentials,
    token_expires_at: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<()> {
    let text = providers
        .vault()
        .seal(account.tenant_id, &account.id.to_string(), credentials)
        .map_err(|_| Error::Internal("credentials could not be sealed"))?;
    let sealed = Sealed { text, external_id: credentials.seller.clone(), token_expires_at };
    Ok(uow.set_credentials(account, &sealed).await?)
}

fn uses(providers: &Providers, account: &AccountRow, wanted: &Credentials) -> bool {
    providers.credentials(account).is_ok_and(|now| now.include(wanted))
}
