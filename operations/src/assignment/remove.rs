//! The office takes one place off the roster, for a day or a standing one.

use crate::{Result, command::Done, office::change};
use auth::{Management, Staff};
use domain::{AssignmentId, office::EntityKind};
use store::{Answer, Attempt, Database};
use wire::assignment::Removed;

/// Removes an assignment.
///
/// # Errors
/// No such assignment, or not in the caller's branches.
pub async fn remove(db: &Database, staff: &Staff<Management>, id: AssignmentId, attempt: &Attempt) -> Result<Answer> {
    change(db, "assignment.remove", (staff, attempt), Done::Changed, |act| async move {
        act.delete(EntityKind::Assignment, id.get()).await?;
        Ok(Removed { message: "Assignment deleted".into(), id })
    })
    .await
}
