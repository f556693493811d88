//! Renews the access token of an account that was connected by OAuth, in time (S32).
//!
//! A renewal makes the former refresh token void, so it must happen once: the holder of the lease on that version of
//! the account calls, and writes both new tokens in one transaction. The others read the new pair. From the call to the
//! commit it is a task of its own, which a caller that hangs up does not end.

use super::{account_state::set_broken, adopt::seal, providers::Providers};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use chrono::TimeDelta;
use provider::{CallError, Credentials, PaymentProvider};
use store::{AccountRow, Database};

/// A token lives 180 days; it is renewed when fewer than these are left.
pub(super) const IN_TIME: TimeDelta = TimeDelta::days(30);

/// The result of an attempt to renew a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renewal {
    /// The account has another token now; this process or another one renewed it.
    Renewed,
    /// Another worker renews it, or the provider does not answer: later the token is another one, or is refused.
    Later,
    /// There is no refresh token, or the provider refuses it: the seller must authorise again.
    Refused,
}

/// Renews an account's token.
pub(super) async fn renew(db: &Database, providers: &Providers, account: &AccountRow) -> Result<Renewal> {
    let credentials = providers.credentials(account)?;
    if !providers.of(account).summary(&credentials).is_renewable {
        return Ok(Renewal::Refused);
    }
    let lease = providers.lease();
    let leased = keyless(db, "payment.renew_lease", Twice::GoodOnce, |uow| async move {
        Ok::<_, Error>(uow.lease_refresh(account, lease).await?)
    })
    .await?;
    if !leased {
        let renewed = db.account(account.id).await?.version != account.version;
        return Ok(if renewed { Renewal::Renewed } else { Renewal::Later });
    }
    let task = (db.clone(), providers.clone(), account.clone());
    providers.run_to_end(async move { exchange(&task.0, &task.1, &task.2, &credentials).await }).await
}

/// Exchanges the refresh token, and stores the new pair.
async fn exchange(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    credentials: &Credentials,
) -> Result<Renewal> {
    let fresh = match providers.of(account).refresh_token(credentials).await {
        Ok(fresh) => fresh,
        Err(error @ CallError::Unauthorized { .. }) => {
            // Only the seller can mend this, by authorising again.
            set_broken(db, account, &error).await?;
            return Ok(Renewal::Refused);
        }
        Err(error) => {
            tracing::warn!(account = account.id.get(), %error, "a token could not be renewed; the next sweep tries again");
            return Ok(Renewal::Later);
        }
    };
    let (renewed, expires_at) = (&fresh.credentials, fresh.expires_at);
    keyless(db, "payment.renew", Twice::GoodOnce, |uow| async move {
        let now = uow.lock_payment_account(account.id).await?;
        // The office gave it other credentials meanwhile: those are the ones.
        if now.version == account.version {
            seal(&uow, providers, &now, renewed, expires_at).await?;
        }
        Ok::<_, Error>(Renewal::Renewed)
    })
    .await
}
