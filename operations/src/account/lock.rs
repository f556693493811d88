//! An operator locks a login at the command line: no sign-in and no token of it is good from here on.
//!
//! What the office can do too (`staff::update`), for when no server runs that would let the office in. The office lock
//! comes first, as for every change of staff (decisions/013); the event makes the gateways look at open sockets again.

use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use auth::{Scope, System};
use domain::{
    event::{EntityRef, Event, Place},
    text::Email,
};
use store::{Account, Database};

/// Deactivates the active account with that login, and ends its tokens.
///
/// # Errors
/// Nobody active has that login.
pub async fn lock(db: &Database, login: &Email) -> Result<()> {
    const NOBODY: Error = Error::NotFound("login");
    let found = db.find_password(login).await?.ok_or(NOBODY)?;
    let tenant = db.find_staff_record(found.id).await?.ok_or(NOBODY)?.tenant_id;
    let system = &System::of(tenant);
    keyless(db, "account.lock", Twice::FindsTheFirst, |uow| async move {
        uow.lock_office(system).await?;
        let account = uow.lock_account(found.id).await?.filter(|now| now.is_active && now.email == login.as_str());
        let account = account.ok_or(NOBODY)?;
        let branches = uow.staff_record(&account).await?.map(|record| record.branch_ids()).unwrap_or_default();
        uow.set_member(&account, Account { deactivated: true, ..(*account).clone() }).await?;
        uow.raise_token_version(&account).await?;
        uow.revoke_refresh_tokens(&account).await?;
        for branch in branches {
            let event = EntityRef { entity_type: "staff", entity_id: account.id.get(), entity_name: None };
            uow.emit(Place::branch(tenant, branch), system.actor(branch), Event::EntityUpdated(event));
        }
        Ok(())
    })
    .await?;
    tracing::info!(user = found.id.get(), "an operator locked a login");
    Ok(())
}
