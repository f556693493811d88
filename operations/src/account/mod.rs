//! Staff sign in, stay signed in, and sign out; their password and their second factor.

mod accept_invitation;
mod by_operator;
mod change_password;
mod disable_second_factor;
mod enable_second_factor;
mod refresh;
mod second_factor;
mod set_up_second_factor;
mod sign_in;
mod sign_out;

pub use accept_invitation::{accept_invitation, invited_login};
pub use by_operator::{lock, reset_password, reset_second_factor, unlock};
pub use change_password::change_password;
pub use disable_second_factor::disable_second_factor;
pub use enable_second_factor::enable_second_factor;
pub use refresh::refresh;
pub use second_factor::seal_second_factor;
pub use set_up_second_factor::{PendingSecondFactor, set_up_second_factor};
pub use sign_in::{Credentials, Proven, SignIn, confirm, sign_in};
pub use sign_out::sign_out;

use crate::{Error, Result, command::Act, tenant::SUSPENDED};
use auth::{AccessSubject, Author, REFRESH_TTL, RoleSet, Staff, StaffRecord, System, digest, totp};
use chrono::{DateTime, Utc};
use domain::{
    ProblemCode,
    event::{EntityRef, Event},
    staff::Password,
};
use provider::Vault;
use rand::{
    TryRngCore,
    distr::{Alphanumeric, SampleString},
    rngs::OsRng,
};
use serde_json::json;
use store::{Account, Change, Locked, NewRefreshToken, UnitOfWork};
use uuid::Uuid;

/// What the tokens of a member of staff are made of.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Whom the access token is for.
    pub subject: AccessSubject,
    /// The id of the refresh token.
    pub refresh_id: Uuid,
    /// The login that it stems from.
    pub family: String,
    /// The instant both count from.
    pub at: DateTime<Utc>,
}

/// Remembers a new refresh token of `family`.
async fn admit(uow: &UnitOfWork, account: &Locked<Account>, record: &StaffRecord, family: String) -> Result<Admitted> {
    let (refresh_id, at) = (Uuid::new_v4(), uow.now());
    let new = NewRefreshToken {
        family: family.clone(),
        digest: digest(&refresh_id.to_string()),
        expires_at: at + REFRESH_TTL,
    };
    uow.insert_refresh_token(account, new).await?;
    Ok(Admitted { subject: record.subject(), refresh_id, family, at })
}

/// The roles that let the account in; a member of staff without any has nothing to do here. In a suspended business
/// every branch is closed, and nobody has one.
async fn employed(uow: &UnitOfWork, account: &Locked<Account>) -> Result<StaffRecord> {
    let record = uow.staff_record(account).await?;
    if let Some(record) = record.filter(|record| !record.grants.is_empty()) {
        return Ok(record);
    }
    if uow.tenant(&System::of(account.tenant_id)).await?.suspended_at.is_some() {
        return Err(SUSPENDED);
    }
    Err(Error::Forbidden("You are not assigned to any branch"))
}

/// Characters of a password that is made up.
const MADE_UP: usize = 20;

/// A password that nobody has seen, of letters and digits: 119 bits of chance.
///
/// # Errors
/// None that can happen: it is as long as passwords must be.
pub fn made_up_password() -> Result<Password> {
    let text = Alphanumeric.sample_string(&mut OsRng.unwrap_err(), MADE_UP);
    Password::try_from(text).map_err(|_| Error::Internal("a password that was made up is none"))
}

impl<C: Author> Act<'_, C> {
    /// Ends every token of an account; the event makes the gateways look at the person's open sockets again.
    pub(crate) async fn end_sessions(&self, account: &Locked<Account>) -> Result<()> {
        self.uow.raise_token_version(account).await?;
        self.uow.revoke_refresh_tokens(account).await?;
        let record = self.uow.staff_record(account).await?;
        for branch in record.map(|record| record.branch_ids()).unwrap_or_default() {
            let event = EntityRef { entity_type: "staff", entity_id: account.id.get(), entity_name: None };
            self.emit_in(branch, Event::EntityUpdated(event));
        }
        Ok(())
    }
}

/// Locks the caller's own account. The token was checked before the lock; another request may have ended it since.
async fn lock_own<R: RoleSet>(uow: &UnitOfWork, staff: &Staff<R>) -> Result<Locked<Account>> {
    let account = uow.lock_account(staff.user_id()).await?;
    let account = account.filter(|account| account.is_active && account.token_version == staff.token_version());
    account.ok_or(Error::Unauthorized("The session has been ended."))
}

/// The step that `code` uses up. 400, since the clients answer 401 by refreshing and trying again
/// (admin-kitchen.md §7.6).
fn accepted_step(uow: &UnitOfWork, vault: &Vault, account: &Account, code: &str) -> Result<i64> {
    let secret = second_factor::kept(vault, account);
    let step = secret.and_then(|secret| totp::accept(code, &secret, uow.now(), account.totp_last_step));
    step.ok_or_else(|| Error::refused(ProblemCode::InvalidSecondFactorCode, "Invalid 2FA code"))
}

/// A change of the second factor, for the audit log. The secret is nobody's business.
fn second_factor_changed(account: &Account, before: bool, after: bool) -> Change {
    Change {
        action: "UPDATE",
        entity_type: "staff",
        entity_id: account.id.get(),
        branch: None,
        before: json!({ "two_factor": before }),
        after: json!({ "two_factor": after }),
    }
}
