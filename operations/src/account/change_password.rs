//! A member of staff changes their own password.
//!
//! Who only has somebody's open app does not have their password, so the old one is asked for. Every other session of
//! the person ends with it: a password is changed because somebody else may know it. This session goes on with new
//! tokens. Both hashes are made before the transaction, which then makes sure that the old one is still the account's.

use super::{Admitted, admit, employed, lock_own};
use crate::{
    Error, Result,
    command::{Act, Twice, keyless},
    staff::hashed,
};
use auth::{AnyRole, Staff, password::verify_async};
use domain::{ProblemCode, staff::Password, text::Email};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use store::{Account, Attempt, Change, Database};
use uuid::Uuid;

/// Replaces the caller's password, and gives out new tokens.
///
/// # Errors
/// The old password is wrong, or the same as the new one; the caller's token was ended a moment ago.
pub async fn change_password(
    db: &Database,
    staff: &Staff<AnyRole>,
    old: SecretString,
    new: &Password,
    attempt: &Attempt,
) -> Result<Admitted> {
    let login = Email::try_from(staff.email().to_owned()).map_err(|_| Error::Internal("a login is no address"))?;
    let known = db.find_password(&login).await?.filter(|known| known.id == staff.user_id()).ok_or_else(wrong)?;
    let is_same = old.expose_secret() == new.as_str();
    let right = verify_async(old, Some(known.password_hash.clone())).await;
    if !right.map_err(|_| Error::Internal("a password could not be checked"))? {
        return Err(wrong());
    }
    if is_same {
        return Err(Error::Invalid("new_password: must be another than the old one"));
    }
    let (known, hash) = (&known, &hashed(new).await?);
    keyless(db, "account.change_password", Twice::GoodOnce, |uow| async move {
        let account = lock_own(&uow, staff).await?;
        if account.password_hash != known.password_hash {
            return Err(wrong());
        }
        let act = Act::new(uow.clone(), staff, attempt);
        uow.set_member(&account, Account { password_hash: hash.clone(), ..(*account).clone() }).await?;
        act.end_sessions(&account).await?;
        act.audit(Change {
            action: "UPDATE",
            entity_type: "staff",
            entity_id: account.id.get(),
            branch: None,
            before: Value::Null,
            after: json!({ "password_changed": true }),
        });
        // Read after the tokens ended: the new ones name the new version.
        let record = employed(&uow, &account).await?;
        admit(&uow, &account, &record, Uuid::new_v4().to_string()).await
    })
    .await
}

/// 400, since the clients answer 401 by refreshing and trying again (admin-kitchen.md §7.6).
fn wrong() -> Error {
    Error::refused(ProblemCode::WrongPassword, "old_password: is not your password")
}
