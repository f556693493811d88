//! Who works here, as what and where.

mod create;
mod invite;
mod rules;
mod update;

pub use create::create;
pub use invite::{Invited, invite};
pub use update::update;

use crate::{
    Error, Result,
    command::Act,
    office::{OfficeEntity, ToldBranches},
};
use auth::{RoleSet, Staff};
use domain::{
    ProblemCode,
    office::{Blank, EntityKind},
    staff::{HireDate, Password, Post},
};
use serde::Serialize;
use store::Answer;
use wire::staff::StaffMember;

/// More posts than any business has branches times roles.
const MAX_POSTS: usize = 500;

/// What the audit log keeps: no password, but that there is a new one.
#[derive(Serialize)]
struct Trace<'a> {
    #[serde(flatten)]
    member: &'a StaffMember,
    password_changed: bool,
}

/// A member of staff as events and audit rows name them: told in every branch where something of theirs was or is. Who
/// has no role anywhere concerns all.
fn entity(member: &StaffMember, before: &[Post]) -> OfficeEntity {
    let branches: Vec<_> = member.branch_roles.iter().chain(before).map(|post| post.branch_id).collect();
    let told = if branches.is_empty() { ToldBranches::Everywhere } else { ToldBranches::Branches(branches) };
    let branch = match member.branch_roles.as_slice() {
        [first, rest @ ..] if rest.iter().all(|post| post.branch_id == first.branch_id) => Some(first.branch_id),
        _ => None,
    };
    OfficeEntity { told, ..OfficeEntity::new(EntityKind::Staff, member.id.get(), member.email.clone(), branch) }
}

/// The hash to store; made before the transaction, which holds the office lock and must not wait for it.
pub(crate) async fn hashed(password: &Password) -> Result<String> {
    let hash = auth::password::hash_async(password.as_str().to_owned().into()).await;
    hash.map_err(|_| Error::Internal("a password could not be hashed"))
}

fn ensure_begun<R: RoleSet>(act: &Act<'_, Staff<R>>, day: Option<&Blank<HireDate>>) -> Result<()> {
    let future = day.and_then(Blank::as_ref).is_some_and(|day| !day.has_begun(act.uow.now()));
    if future { Err(Error::Invalid("hire_date: must not be in the future")) } else { Ok(()) }
}

/// The only unique key of a member of staff is the login.
fn named(done: Result<Answer>) -> Result<Answer> {
    match done {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Conflict {
            code: ProblemCode::EmailTaken,
            detail: "email: somebody has this login already".into(),
        }),
        other => other,
    }
}
