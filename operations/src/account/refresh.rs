//! The refresh token is exchanged for a new pair (W4).
//!
//! A refresh token is good once. One that comes back has been copied, so its whole family ends, although the answer is
//! a refusal: the transaction commits. Two tabs that share the cookie may send the same token at the same moment;
//! the slower one arrived before the token was used, which no thief of an old token can do, and is only refused.

use super::{Admitted, admit, employed};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use auth::{RefreshClaims, digest};
use store::Database;

const REFUSED: Error = Error::Unauthorized("Please log in again.");

/// Uses the token up and gives out its successor. Roles and branches are read anew.
///
/// # Errors
/// The token is unknown, expired, revoked or used; the account is not active, or without a role in any branch.
pub async fn refresh(db: &Database, claims: &RefreshClaims) -> Result<Admitted> {
    let digest = &digest(&claims.jti().to_string());
    let arrived_used = db.is_refresh_token_used(digest).await?;
    let admitted = keyless(db, "account.refresh", Twice::GoodOnce, |uow| async move {
        let Some(account) = uow.lock_account(claims.user_id()).await? else { return Ok(None) };
        let Some(token) = uow.lock_refresh_token(&account, digest).await? else { return Ok(None) };
        if token.used_at.is_some() {
            if arrived_used && uow.revoke_family(&token).await? > 0 {
                tracing::warn!(user = %account.id, "a used refresh token came back; its login is ended");
            }
            return Ok(None);
        }
        if token.revoked_at.is_some() || uow.now() >= token.expires_at || !account.is_active {
            return Ok(None);
        }
        let record = employed(&uow, &account).await?;
        uow.set_refresh_token_used(&token).await?;
        admit(&uow, &account, &record, token.family.clone()).await.map(Some)
    })
    .await?;
    admitted.ok_or(REFUSED)
}
