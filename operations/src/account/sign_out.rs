//! A member of staff signs out, everywhere.
//!
//! The token version ends the access tokens at once and the revocation ends the refresh tokens, under the lock that
//! whoever gives out tokens needs too. The event makes the gateway look at the user's open sockets again.

use super::lock_own;
use crate::{
    Result,
    command::{Act, Twice, keyless},
};
use auth::{AnyRole, Staff};
use serde_json::json;
use store::{Attempt, Change, Database};

/// Ends every token of the caller's.
///
/// # Errors
/// The caller's token was ended a moment ago.
pub async fn sign_out(db: &Database, staff: &Staff<AnyRole>, attempt: &Attempt) -> Result<()> {
    keyless(db, "account.sign_out", Twice::FindsTheFirst, |uow| async move {
        let account = lock_own(&uow, staff).await?;
        let act = Act::new(uow, staff, attempt);
        act.end_sessions(&account).await?;
        let change = Change {
            action: "LOGOUT",
            entity_type: "staff",
            entity_id: account.id.get(),
            branch: None,
            before: json!({ "token_version": account.token_version }),
            after: json!({ "token_version": account.token_version + 1 }),
        };
        act.audit(change);
        Ok(())
    })
    .await
}
