//! The office changes what it knows of somebody, what they are and where, or lets them in no more.
//!
//! A new password, other roles and the active flag end every token at once, in the transaction of the change; the event
//! makes the gateways look at the person's sockets again. Somebody must be left to run the business.

use super::{MAX_POSTS, Trace, ensure_begun, entity, hashed, named, rules};
use crate::{Error, Result, command::Done, office::change};
use auth::{Management, Staff};
use domain::{ProblemCode, UserId};
use store::{
    Account, Answer, Attempt, Database,
    view::{member_of, seen_from},
};
use wire::staff::MemberPatch;

fn apply(patch: MemberPatch, row: Account, hash: Option<String>) -> Account {
    Account {
        email: patch.email.map_or(row.email, Into::into),
        password_hash: hash.unwrap_or(row.password_hash),
        first_name: patch.first_name.map_or(row.first_name, Into::into),
        last_name: patch.last_name.map_or(row.last_name, Into::into),
        phone: patch.phone.map_or(row.phone, Into::into),
        dni: patch.dni.map_or(row.dni, Into::into),
        hire_date: patch.hire_date.map_or(row.hire_date, Into::into),
        deactivated: patch.is_active.map_or(row.deactivated, |active| !active),
        ..row
    }
}

/// Changes a member of staff.
///
/// # Errors
/// No such person; `rules` does not allow it; the login is taken; nobody would be left to run the business.
pub async fn update(
    db: &Database,
    staff: &Staff<Management>,
    id: UserId,
    patch: &MemberPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let hash = match &patch.password {
        Some(password) => Some(hashed(password).await?),
        None => None,
    };
    let hash = &hash;
    let updated = change(db, "staff.update", (staff, attempt), Done::Changed, |act| async move {
        let reach = staff.branches();
        let (account, held) = act.uow.lock_member(staff, id).await?;
        rules::ensure_may_touch(&reach, &held)?;
        let posts = match patch.branch_roles.as_deref() {
            Some(wanted) if wanted.len() > MAX_POSTS => return Err(Error::Invalid("branch_roles: too many")),
            Some(wanted) => {
                rules::ensure_sound(&act.uow.branches_of_business(staff).await?, wanted)?;
                rules::ensure_may_give(&reach, wanted)?;
                rules::replaced(&reach, &held, wanted)
            }
            None => held.clone(),
        };
        ensure_begun(&act, patch.hire_date.as_ref())?;
        let row = apply(patch.clone(), (*account).clone(), hash.clone());
        if row != *account && rules::works_elsewhere(&reach, &held) {
            return Err(Error::Forbidden(
                "Of somebody who works in other branches too, you can change the roles in yours",
            ));
        }
        if row.deactivated && !account.deactivated && id == staff.user_id() {
            return Err(Error::refused(ProblemCode::OwnAccount, "You cannot deactivate your own account"));
        }
        let ends_tokens = hash.is_some() || row.deactivated != account.deactivated || !rules::same(&held, &posts);
        let row = act.uow.set_member(&account, row).await?;
        if !rules::same(&held, &posts) {
            act.uow.set_posts(&account, &posts).await?;
        }
        if ends_tokens {
            act.revoke(id).await?;
            act.ensure_administrator().await?;
        }
        let (before, after) = (member_of((*account).clone(), held), member_of(row, posts));
        let trace = |member, password_changed| Trace { member, password_changed };
        let entity = entity(&after, &before.branch_roles);
        act.updated(&entity, &trace(&before, false), &trace(&after, hash.is_some())).await?;
        Ok(seen_from(&reach, after))
    })
    .await;
    named(updated)
}
