//! The office takes somebody on.
//!
//! `app_user_email_active` backs the login. The password is hashed before the transaction.

use super::{MAX_POSTS, Trace, ensure_begun, entity, hashed, named, rules};
use crate::{Error, Result, command::Done, office::change};
use auth::{Management, Reach, Staff};
use domain::{
    office::Blank,
    staff::{Dni, HireDate, Password, Phone, Post},
    text::{Email, Name},
};
use serde::Deserialize;
use store::{Answer, Attempt, Database, view::StaffMember};
use utoipa::ToSchema;

/// A member of staff to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewMember {
    /// The login, unique.
    pub email: Email,
    /// 8 to 128 characters.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    pub password: Password,
    /// Given name, at most 100 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub first_name: Blank<Name<100>>,
    /// Family name, at most 100 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub last_name: Blank<Name<100>>,
    /// 6 to 15 digits.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub phone: Blank<Phone>,
    /// 7 to 9 digits.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub dni: Blank<Dni>,
    /// `YYYY-MM-DD`, not in the future.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub hire_date: Blank<HireDate>,
    /// False keeps the person out for now.
    #[serde(default)]
    pub is_active: Option<bool>,
    /// The roles, each in its branch. A manager must give one in an own branch.
    #[serde(default)]
    pub branch_roles: Option<Vec<Post>>,
}

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
        let account = act.uow.insert_member(staff.tenant_id(), new.row(hash)).await?;
        act.uow.set_posts(&account, posts).await?;
        let member = StaffMember::of((*account).clone(), posts.to_vec());
        act.created(&entity(&member, &[]), &Trace { member: &member, password_changed: true }).await?;
        Ok(member)
    })
    .await;
    named(created)
}

impl NewMember {
    fn row(&self, hash: &str) -> store::NewMember {
        let new = self.clone();
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
}
