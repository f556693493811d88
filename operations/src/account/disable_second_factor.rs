//! A code switches the second factor off: a borrowed phone with an open app is not enough.

use super::{accepted_step, lock_own, second_factor_changed};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use auth::{AnyRole, Staff};
use domain::ProblemCode;
use provider::Vault;
use store::{Attempt, Database, SecondFactor};

/// Switches the second factor off and forgets its secret.
///
/// # Errors
/// It is not on; the code is wrong or was used before.
pub async fn disable_second_factor(
    db: &Database,
    vault: &Vault,
    staff: &Staff<AnyRole>,
    code: &str,
    attempt: &Attempt,
) -> Result<()> {
    keyless(db, "account.disable_second_factor", Twice::GoodOnce, |uow| async move {
        let account = lock_own(&uow, staff).await?;
        if account.totp_enabled_at.is_none() {
            return Err(Error::refused(ProblemCode::SecondFactorNotEnabled, "2FA is not enabled"));
        }
        accepted_step(&uow, vault, &account, code)?;
        uow.set_second_factor(&account, SecondFactor::default()).await?;
        uow.audit(staff, attempt, second_factor_changed(&account, true, false));
        Ok(())
    })
    .await
}
