//! A member of staff asks for a second factor.
//!
//! Until the first code proves that the app has the secret, nothing changes at sign-in, and asking again replaces the
//! secret: an abandoned set-up must not lock its owner out of trying again (admin-kitchen.md §7.6).

use super::{lock_own, second_factor::sealed};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use auth::{AnyRole, Staff, totp::TotpSecret};
use domain::ProblemCode;
use provider::Vault;
use store::{Database, SecondFactor};

/// A secret that waits for its first code. It is shown to its owner once.
#[derive(Clone, Debug)]
pub struct PendingSecondFactor {
    /// The secret.
    pub secret: TotpSecret,
    /// What the QR picture says.
    pub otpauth_url: String,
}

/// Makes a secret that [`enable_second_factor`](super::enable_second_factor) switches on.
///
/// # Errors
/// The second factor is on already.
pub async fn set_up_second_factor(db: &Database, vault: &Vault, staff: &Staff<AnyRole>) -> Result<PendingSecondFactor> {
    keyless(db, "account.set_up_second_factor", Twice::MeansAnother, |uow| async move {
        let account = lock_own(&uow, staff).await?;
        if account.totp_enabled_at.is_some() {
            return Err(Error::Conflict {
                code: ProblemCode::SecondFactorEnabled,
                detail: "2FA is already enabled".into(),
            });
        }
        let secret = TotpSecret::new();
        let factor = SecondFactor { secret: Some(sealed(vault, &account, &secret)?), ..SecondFactor::default() };
        uow.set_second_factor(&account, factor).await?;
        let otpauth_url = secret.otpauth_url(&uow.tenant_name(&account).await?, &account.email);
        Ok(PendingSecondFactor { secret, otpauth_url })
    })
    .await
}
