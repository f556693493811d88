//! The office uses the roster of one day for another.

use super::bulk::placed;
use crate::{Error, Result, command::Done, office::change};
use auth::{Management, Staff};
use domain::{BranchId, Shift, roster::RosterDay};
use store::{Answer, Attempt, Database, Placed};

/// Which roster, and for when.
#[derive(Clone, Copy, Debug)]
pub struct CopyDay {
    /// The branch.
    pub branch: BranchId,
    /// The day that is copied.
    pub from: RosterDay,
    /// The day that gets it.
    pub to: RosterDay,
    /// The shift; none is every shift.
    pub shift: Option<Shift>,
}

/// Adds the assignments of one day to another day's. Standing ones count there anyway. What is there already, and
/// whoever serves there no more, is skipped.
///
/// # Errors
/// No such branch, or not the caller's; it is the same day.
pub async fn copy(db: &Database, staff: &Staff<Management>, asked: &CopyDay, attempt: &Attempt) -> Result<Answer> {
    if asked.from == asked.to {
        return Err(Error::Invalid("to_date: must be another day than from_date"));
    }
    change(db, "assignment.copy", (staff, attempt), Done::Changed, |act| async move {
        let branch = act.uow.lock_branch(staff, asked.branch).await?;
        let rows = act.uow.assignments_for(staff, branch.id, asked.from.date(), asked.shift).await?;
        let places: Vec<Placed> = rows.iter().map(placed).collect();
        act.assign(&branch, asked.to, &places).await
    })
    .await
}
