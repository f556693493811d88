//! The first code switches the second factor on. It is used up by that: it signs nobody in.

use super::{accepted_step, lock_own, second_factor_changed};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use auth::{AnyRole, Staff};
use domain::ProblemCode;
use provider::Vault;
use store::{Attempt, Database, SecondFactor};

/// Switches the pending second factor on.
///
/// # Errors
/// None is pending; the code is wrong.
pub async fn enable_second_factor(
    db: &Database,
    vault: &Vault,
    staff: &Staff<AnyRole>,
    code: &str,
    attempt: &Attempt,
) -> Result<()> {
    keyless(db, "account.enable_second_factor", Twice::GoodOnce, |uow| async move {
        let account = lock_own(&uow, staff).await?;
        if account.totp_enabled_at.is_some() || account.totp_secret.is_none() {
            return Err(Error::refused(ProblemCode::SecondFactorNotPending, "There is no 2FA setup to verify"));
        }
        let step = accepted_step(&uow, vault, &account, code)?;
        let factor =
            SecondFactor { secret: account.totp_secret.clone(), enabled_at: Some(uow.now()), last_step: Some(step) };
        uow.set_second_factor(&account, factor).await?;
        uow.audit(staff, attempt, second_factor_changed(&account, false, true));
        Ok(())
    })
    .await
}
