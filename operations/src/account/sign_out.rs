//! A member of staff signs out, everywhere.
//!
//! The token version ends the access tokens at once and the revocation ends the refresh tokens, under the lock that
//! whoever gives out tokens needs too. The event makes the gateway look at the user's open sockets again.

use super::lock_own;
use crate::{
    Result,
    command::{Twice, keyless},
};
use auth::{AnyRole, Scope, Staff};
use domain::event::{EntityRef, Event, Place};
use serde_json::json;
use store::{Attempt, Change, Database};

/// Ends every token of the caller's.
///
/// # Errors
/// The caller's token was ended a moment ago.
pub async fn sign_out(db: &Database, staff: &Staff<AnyRole>, attempt: &Attempt) -> Result<()> {
    keyless(db, "account.sign_out", Twice::FindsTheFirst, |uow| async move {
        let account = lock_own(&uow, staff).await?;
        uow.raise_token_version(&account).await?;
        uow.revoke_refresh_tokens(&account).await?;
        let change = Change {
            action: "LOGOUT",
            entity_type: "staff",
            entity_id: account.id.get(),
            branch: None,
            before: json!({ "token_version": account.token_version }),
            after: json!({ "token_version": account.token_version + 1 }),
        };
        uow.audit(staff, attempt, change);
        for branch in staff.branch_ids() {
            let event = EntityRef { entity_type: "staff", entity_id: account.id.get(), entity_name: None };
            uow.emit(Place::branch(account.tenant_id, branch), staff.actor(branch), Event::EntityUpdated(event));
        }
        Ok(())
    })
    .await
}
