//! Somebody who was invited chooses a password by the link.

use crate::{
    Error, Result,
    command::{Act, Twice, keyless},
    staff::hashed,
};
use auth::{Author, Caller, Invitation, Scope};
use domain::{BranchId, SessionId, TenantId, UserId, event::Actor, staff::Password};
use serde_json::{Value, json};
use store::{Account, Change, Database};

/// The person, who has no token yet. May do this and nothing else.
struct Invitee(Account);

impl Scope for Invitee {
    fn tenant_id(&self) -> TenantId {
        self.0.tenant_id
    }

    fn admits(&self, _branch: BranchId) -> bool {
        false
    }

    fn admits_session(&self, _session: SessionId) -> bool {
        false
    }

    fn actor(&self, _branch: BranchId) -> Actor {
        Actor::SYSTEM
    }

    fn caller(&self) -> Caller {
        Caller::User(self.0.id)
    }
}

impl Author for Invitee {
    fn user(&self) -> Option<UserId> {
        Some(self.0.id)
    }

    fn known_as(&self) -> &str {
        &self.0.email
    }
}

/// Whether the invitation still counts.
fn counts(invitation: Invitation, account: &Account) -> bool {
    account.is_active && account.token_version == invitation.token_version
}

/// The login that the invitation is for; `None` where it counts no more.
///
/// # Errors
/// The database failed.
pub async fn invited_login(db: &Database, invitation: Invitation) -> Result<Option<String>> {
    let record = db.find_staff_record(invitation.user_id).await?;
    let record = record.filter(|record| record.is_active && record.token_version == invitation.token_version);
    Ok(record.map(|record| record.email))
}

/// Gives the person that password, and ends the invitation. Gives back the login.
///
/// # Errors
/// The invitation counts no more.
pub async fn accept_invitation(db: &Database, invitation: Invitation, password: &Password) -> Result<String> {
    let hash = &hashed(password).await?;
    keyless(db, "account.accept_invitation", Twice::GoodOnce, |uow| async move {
        let account = uow.lock_account(invitation.user_id).await?.filter(|account| counts(invitation, account));
        let account = account.ok_or(Error::NotFound("invitation"))?;
        let invitee = Invitee((*account).clone());
        let act = Act::of_worker(&uow, &invitee);
        uow.set_member(&account, Account { password_hash: hash.clone(), ..(*account).clone() }).await?;
        act.end_sessions(&account).await?;
        act.audit(Change {
            action: "UPDATE",
            entity_type: "staff",
            entity_id: account.id.get(),
            branch: None,
            before: Value::Null,
            after: json!({ "password_changed": true, "invited": true }),
        });
        Ok(account.email.clone())
    })
    .await
}
