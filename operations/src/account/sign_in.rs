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
use secrecy::SecretString;
use store::Database;
use uuid::Uuid;

/// What a member of staff typed.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The login.
    pub email: Email,
    /// The password.
    pub password: SecretString,
    /// The code of the second factor, where one was asked for.
    pub code: Option<SecretString>,
}

/// How a sign-in ends.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// They are in.
    Admitted(Admitted),
    /// The password is right; a code of the second factor is missing.
    NeedsCode(AccessSubject),
}

const REFUSED: Error = Error::Unauthorized("Invalid email or password");

/// Signs in, and starts a family of refresh tokens.
///
/// # Errors
/// Wrong login or password, wrong code, no role in any branch.
pub async fn sign_in(db: &Database, vault: &Vault, credentials: &Credentials) -> Result<SignIn> {
    let known = db.find_password(&credentials.email).await?;
    let hash = known.as_ref().map(|known| known.password_hash.clone());
    let right = verify_async(credentials.password.clone(), hash).await;
    let right = right.map_err(|_| Error::Internal("a password could not be checked"))?;
    let known = &known.filter(|_| right).ok_or(REFUSED)?;
    keyless(db, "account.sign_in", Twice::MeansAnother, |uow| async move {
        let account = uow.lock_account(known.id).await?;
        let account = account.filter(|now| now.is_active && now.password_hash == known.password_hash);
        let account = account.ok_or(REFUSED)?;
        let record = employed(&uow, &account).await?;
        if account.totp_enabled_at.is_some() {
            let Some(code) = credentials.given_code() else { return Ok(SignIn::NeedsCode(record.subject())) };
            let step = accepted_step(&uow, vault, &account, code)?;
            uow.set_last_code(&account, step).await?;
        }
        let family = Uuid::new_v4().to_string();
        Ok(SignIn::Admitted(admit(&uow, &account, &record, family).await?))
    })
    .await
}

impl Credentials {
    /// An empty field of the form is no code.
    fn given_code(&self) -> Option<&str> {
        use secrecy::ExposeSecret;
        self.code.as_ref().map(|code| code.expose_secret().trim()).filter(|code| !code.is_empty())
    }
}
