//! A member of staff signs in (W2).
//!
//! Who does not exist, who left and who mistyped get the same answer after the same time. The password is hashed before
//! the transaction, which then makes sure that it is still the account's; a code counts once, under the account's lock.

use super::{Admitted, accepted_step, admit, employed};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use auth::{AccessSubject, password::verify_async};
use domain::text::Email;
use provider::Vault;
use secrecy::{ExposeSecret, SecretString};
use store::{Database, StoredPassword};
use uuid::Uuid;

/// What a member of staff typed.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The login.
    pub email: Email,
    /// The password.
    pub password: SecretString,
}

/// An account whose password was typed right: checking it is dear, and is done once for each try.
#[derive(Clone, Debug)]
pub struct Proven(StoredPassword);

impl Proven {
    /// The hash of the password as it is stored.
    #[must_use]
    pub fn password_hash(&self) -> &str {
        &self.0.password_hash
    }
}

/// How a sign-in ends.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// They are in.
    Admitted(Admitted, Proven),
    /// The password is right; a code of the second factor is missing: [`confirm`] takes it.
    NeedsCode(AccessSubject, Proven),
}

const REFUSED: Error = Error::Unauthorized("Invalid email or password");

/// Signs in, and starts a family of refresh tokens.
///
/// # Errors
/// Wrong login or password, no role in any branch.
pub async fn sign_in(db: &Database, vault: &Vault, credentials: &Credentials) -> Result<SignIn> {
    let known = db.find_password(&credentials.email).await?;
    let hash = known.as_ref().map(|known| known.password_hash.clone());
    metrics::counter!("password_checks_total").increment(1);
    let right = verify_async(credentials.password.clone(), hash).await;
    let right = right.map_err(|_| Error::Internal("a password could not be checked"))?;
    enter(db, vault, Proven(known.filter(|_| right).ok_or(REFUSED)?), None).await
}

/// Signs in with a code of the second factor, behind a password that was typed right.
///
/// # Errors
/// Wrong code; the password was replaced meanwhile; no role in any branch.
pub async fn confirm(db: &Database, vault: &Vault, proven: Proven, code: &SecretString) -> Result<SignIn> {
    enter(db, vault, proven, Some(code)).await
}

async fn enter(db: &Database, vault: &Vault, proven: Proven, code: Option<&SecretString>) -> Result<SignIn> {
    let known = &proven;
    keyless(db, "account.sign_in", Twice::MeansAnother, |uow| async move {
        let account = uow.lock_account(known.0.id).await?;
        let account = account.filter(|now| now.is_active && now.password_hash == known.0.password_hash);
        let account = account.ok_or(REFUSED)?;
        let record = employed(&uow, &account).await?;
        if account.totp_enabled_at.is_some() {
            let Some(code) = code else { return Ok(SignIn::NeedsCode(record.subject(), known.clone())) };
            let step = accepted_step(&uow, vault, &account, code.expose_secret())?;
            uow.set_last_code(&account, step).await?;
        }
        let family = Uuid::new_v4().to_string();
        Ok(SignIn::Admitted(admit(&uow, &account, &record, family).await?, known.clone()))
    })
    .await
}
