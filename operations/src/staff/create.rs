//! The office takes somebody on.
//!
//! `app_user_email_active` backs the login. The password is hashed before the transaction.

use super::{MAX_POSTS, Trace, ensure_begun, entity, hashed, named, rules};
use crate::{
    Error, Result,
    account::made_up_password,
    command::{Act, Done},
    office::change,
};
use auth::{Author, Management, Reach, Staff};
use domain::staff::Post;
use store::{Answer, Attempt, Database, view::member_of};
use wire::staff::{NewMember, StaffMember};

/// Adds a member of staff.
///
/// # Errors
/// No such branch; a manager gives ADMIN, a role in another's branch, or none; the login is taken.
pub async fn create(db: &Database, staff: &Staff<Management>, new: &NewMember, attempt: &Attempt) -> Result<Answer> {
    // A password that nobody knows is as good as none.
    let password = new.password.clone().map_or_else(made_up_password, Ok)?;
    let hash = &hashed(&password).await?;
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
        act.hire(row(new, hash), posts).await
    })
    .await;
    named(created)
}

impl<C: Author> Act<'_, C> {
    /// Adds somebody to the business with these posts, which are known to be sound.
    pub(crate) async fn hire(&self, new: store::NewMember, posts: &[Post]) -> Result<StaffMember> {
        let account = self.uow.insert_member(self.by.tenant_id(), new).await?;
        self.uow.set_posts(&account, posts).await?;
        let member = member_of((*account).clone(), posts.to_vec());
        self.created(&entity(&member, &[]), &Trace { member: &member, password_changed: true }).await?;
        Ok(member)
    }
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
