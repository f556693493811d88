//! What an operator does to a login at the command line, for when no administrator can: lock, unlock, a new password,
//! no second factor.
//!
//! The office can do most of it too (`staff::update`). The office lock comes first, as for every change of staff
//! (decisions/013); every token of the person ends, the event makes the gateways look at open sockets again, and the
//! audit log names the operator.

use crate::{
    Error, Result,
    command::{Act, Twice, keyless},
    staff::hashed,
};
use auth::{Operator, Scope};
use domain::{ProblemCode, UserId, staff::Password, text::Email};
use serde_json::{Value, json};
use store::{Account, Change, Database, Locked, Login, SecondFactor};

const NOBODY: Error = Error::NotFound("login");

/// Deactivates the active account with that login.
///
/// # Errors
/// Nobody active has that login.
pub async fn lock(db: &Database, login: &Email) -> Result<()> {
    let found = db.logins(login).await?.into_iter().find(|found| found.is_active).ok_or(NOBODY)?;
    let operator = &Operator::on(found.tenant_id);
    changed(db, "account.lock", operator, found.id, |act, account| async move {
        if !account.is_active || account.email != login.as_str() {
            return Err(NOBODY);
        }
        act.uow.set_member(&account, Account { deactivated: true, ..(*account).clone() }).await?;
        Ok((json!({ "is_active": true }), json!({ "is_active": false })))
    })
    .await
}

/// Lets the locked account with that login in again, with the password it had.
///
/// # Errors
/// Nobody has that login; it is not locked; several businesses have a locked account of it, and none is named.
pub async fn unlock(db: &Database, login: &Email, business: Option<&str>) -> Result<()> {
    let known = db.logins(login).await?;
    let known: Vec<&Login> = known.iter().filter(|one| business.is_none_or(|slug| one.business == slug)).collect();
    let found = match known.as_slice() {
        [] => return Err(NOBODY),
        [first, ..] if first.is_active => {
            return Err(Error::refused(ProblemCode::AlreadyExists, format!("{} is not locked", login.as_str())));
        }
        [only] => *only,
        many => {
            let slugs: Vec<&str> = many.iter().map(|one| one.business.as_str()).collect();
            let detail = format!("several businesses have it locked; say which with --business: {}", slugs.join(", "));
            return Err(Error::refused(ProblemCode::AlreadyExists, detail));
        }
    };
    let operator = &Operator::on(found.tenant_id);
    let unlocked = changed(db, "account.unlock", operator, found.id, |act, account| async move {
        act.uow.set_member(&account, Account { deactivated: false, ..(*account).clone() }).await?;
        Ok((json!({ "is_active": false }), json!({ "is_active": true })))
    })
    .await;
    match unlocked {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Conflict {
            code: ProblemCode::EmailTaken,
            detail: format!("somebody else signs in as {} meanwhile", login.as_str()),
        }),
        other => other,
    }
}

/// Gives the active account with that login another password.
///
/// # Errors
/// Nobody active has that login.
pub async fn reset_password(db: &Database, login: &Email, password: &Password) -> Result<()> {
    let found = db.logins(login).await?.into_iter().find(|found| found.is_active).ok_or(NOBODY)?;
    let hash = &hashed(password).await?;
    let operator = &Operator::on(found.tenant_id);
    changed(db, "account.reset_password", operator, found.id, |act, account| async move {
        act.uow.set_member(&account, Account { password_hash: hash.clone(), ..(*account).clone() }).await?;
        Ok((Value::Null, json!({ "password_changed": true })))
    })
    .await
}

/// Switches the second factor of the active account with that login off, for somebody who lost the telephone.
///
/// # Errors
/// Nobody active has that login, or it has no second factor.
pub async fn reset_second_factor(db: &Database, login: &Email) -> Result<()> {
    let found = db.logins(login).await?.into_iter().find(|found| found.is_active).ok_or(NOBODY)?;
    let operator = &Operator::on(found.tenant_id);
    changed(db, "account.reset_second_factor", operator, found.id, |act, account| async move {
        if account.totp_secret.is_none() {
            let detail = format!("{} has no second factor", login.as_str());
            return Err(Error::refused(ProblemCode::SecondFactorNotEnabled, detail));
        }
        act.uow.set_second_factor(&account, SecondFactor::default()).await?;
        Ok((json!({ "two_factor": account.totp_enabled_at.is_some() }), json!({ "two_factor": false })))
    })
    .await
}

/// Changes an account as `change` says, which tells what was and what is, and ends every token of it.
async fn changed<'a, F, Fut>(
    db: &Database,
    name: &'static str,
    operator: &'a Operator,
    id: UserId,
    change: F,
) -> Result<()>
where
    F: Fn(Act<'a, Operator>, Locked<Account>) -> Fut,
    Fut: Future<Output = Result<(Value, Value)>>,
{
    let change = &change;
    keyless(db, name, Twice::FindsTheFirst, |uow| async move {
        uow.lock_office(operator).await?;
        let account = uow.lock_account(id).await?;
        let account = account.filter(|now| now.tenant_id == operator.tenant_id() && now.deletion_id.is_none());
        let account = account.ok_or(NOBODY)?;
        let act = Act::of_worker(&uow, operator);
        let (before, after) = change(act.clone(), account.clone()).await?;
        act.end_sessions(&account).await?;
        let (action, entity_type, entity_id) = ("UPDATE", "staff", id.get());
        act.audit(Change { action, entity_type, entity_id, branch: None, before, after });
        Ok(())
    })
    .await?;
    tracing::info!(user = id.get(), name, "an operator changed a login");
    Ok(())
}
