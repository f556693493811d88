//! The office takes somebody on.
//!
//! `app_user_email_active` backs the login. The password is hashed before the transaction.

use super::{MAX_POSTS, Trace, ensure_begun, entity, hashed, named, rules};
use crate::{Error, Result, command::Done, office::change};
use auth::{Management, Reach, Staff};
use store::{Answer, Attempt, Database, view::member_of};
use wire::staff::NewMember;

/// Adds a member of staff.
///
/// # Errors
/// No such branch; a manager gives ADMIN, a role in another's branch, or none; the login is taken.
pub async fn create(db: &Database, staff: &Staff<Management>, new: &NewMember, attempt: &Attempt) -> Result<Answer> {
    let hash = &hashed(&new.password).await?;
    let posts = new.branch_roles.as_deref().unwrap_or_default();
    let created = change(db, "staff.create", (staff, attempt), Done::Made, |act| async move {
        let reach = staff.branches();
        if posts.len() > MAX_POSTS {
            return Err(Error::Invalid("branch_roles: too many"));
        }
        rules::ensure_sound(&act.uow.branches_of_business(staff).await?, posts)?;
        rules::ensure_may_give(&reach, posts)?;
        if posts.is_empty() && reach != Reach::All {
            return Err(Error::Invalid("branch_roles: must give a role in one of your branches"));
        }
        ensure_begun(&act, Some(&new.hire_date))?;
        let account = act.uow.insert_member(staff.tenant_id(), row(new, hash)).await?;
        act.uow.set_posts(&account, posts).await?;
        let member = member_of((*account).clone(), posts.to_vec());
        act.created(&entity(&member, &[]), &Trace { member: &member, password_changed: true }).await?;
        Ok(member)
    })
    .await;
    named(created)
}

fn row(new: &NewMember, hash: &str) -> store::NewMember {
    let new = new.clone();
    store::NewMember {
        email: new.email.into(),
        password_hash: hash.to_owned(),
        first_name: new.first_name.into(),
        last_name: new.last_name.into(),
        phone: new.phone.into(),
        dni: new.dni.into(),
        hire_date: new.hire_date.into(),
        deactivated: new.is_active == Some(false),
    }
}
