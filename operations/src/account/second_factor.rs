//! The secret of a second factor at rest: sealed with a key that the database does not have, and bound to its person,
//! so that whoever reads a backup signs in as nobody.

use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use auth::totp::TotpSecret;
use domain::UserId;
use provider::Vault;
use store::{Account, Database, SecondFactor};

/// The text to keep of a secret.
pub(super) fn sealed(vault: &Vault, account: &Account, secret: &TotpSecret) -> Result<String> {
    let sealed = vault.seal_second_factor(account.tenant_id, account.id, &secret.to_base32());
    sealed.map_err(|_| Error::Internal("a second factor could not be sealed"))
}

/// The secret that is kept, if there is one that this key opens. What older versions kept is not sealed.
pub(super) fn kept(vault: &Vault, account: &Account) -> Option<TotpSecret> {
    let text = account.totp_secret.as_deref()?;
    if !Vault::is_sealed(text) {
        return TotpSecret::from_base32(text).ok();
    }
    let opened = vault.open_second_factor(account.tenant_id, account.id, text).inspect_err(|error| {
        tracing::error!(user = account.id.get(), %error, "the secret of a second factor cannot be opened");
    });
    TotpSecret::from_base32(&opened.ok()?).ok()
}

/// Seals what an older version kept of that person's second factor.
///
/// # Errors
/// The database failed.
pub async fn seal_second_factor(db: &Database, vault: &Vault, user: UserId) -> Result<()> {
    keyless(db, "account.seal_second_factor", Twice::FindsTheFirst, |uow| async move {
        let Some(account) = uow.lock_account(user).await? else { return Ok(()) };
        let plain = account.totp_secret.as_deref().filter(|text| !Vault::is_sealed(text));
        let Some(secret) = plain.and_then(|text| TotpSecret::from_base32(text).ok()) else { return Ok(()) };
        let secret = Some(sealed(vault, &account, &secret)?);
        let factor = SecondFactor { secret, enabled_at: account.totp_enabled_at, last_step: account.totp_last_step };
        Ok(uow.set_second_factor(&account, factor).await?)
    })
    .await
}
