//! The office invites somebody: a link by which the person, and nobody else, chooses the password.
//!
//! The link holds no row. It names the version that the person's tokens have from here on, so that whatever ends those
//! ends the link: its use, a newer invitation, other roles, a lock. Inviting ends what the person had before, sessions
//! and older links, under the account's lock.

use super::rules;
use crate::{Error, Result, command::Done, office::change};
use auth::{Management, Staff};
use chrono::{DateTime, Utc};
use domain::{ProblemCode, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Answer, Attempt, Change, Database};

/// What the link is made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invited {
    /// The person.
    pub user_id: UserId,
    /// Their login.
    pub email: String,
    /// The version that the link names.
    pub token_version: i64,
    /// The instant from which it is good.
    pub at: DateTime<Utc>,
}

/// Invites a member of staff. Whoever may give the person a password may.
///
/// # Errors
/// No such person; `rules` does not allow it; the person is switched off; it is the caller.
pub async fn invite(db: &Database, staff: &Staff<Management>, id: UserId, attempt: &Attempt) -> Result<Answer> {
    change(db, "staff.invite", (staff, attempt), Done::Made, |act| async move {
        let reach = staff.branches();
        let (account, held) = act.uow.lock_member(staff, id).await?;
        rules::ensure_may_touch(&reach, &held)?;
        if rules::works_elsewhere(&reach, &held) {
            return Err(Error::Forbidden("Somebody who works in other branches too is invited by an administrator"));
        }
        if id == staff.user_id() {
            return Err(Error::refused(ProblemCode::OwnAccount, "You change your own password by the old one"));
        }
        if !account.is_active {
            return Err(Error::refused(ProblemCode::SwitchedOff, "Somebody who is switched off is not invited"));
        }
        act.end_sessions(&account).await?;
        act.audit(Change {
            action: "INVITE",
            entity_type: "staff",
            entity_id: id.get(),
            branch: None,
            before: Value::Null,
            after: json!({ "invited": true }),
        });
        let (email, token_version) = (account.email.clone(), account.token_version + 1);
        Ok(Invited { user_id: id, email, token_version, at: act.uow.now() })
    })
    .await
}
