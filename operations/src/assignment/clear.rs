//! The office empties the roster of a day, or of a shift of it, to write it anew.

use super::{Day, entity, trace};
use crate::{Result, command::Done, office::change};
use auth::{Management, Staff};
use domain::{AssignmentId, event::Event};
use serde_json::Value;
use store::{Answer, Attempt, Database};
use wire::assignment::Cleared;

/// Takes the assignments of a day off the roster: those of exactly the shift, without one those of every shift.
/// Standing ones stay.
///
/// # Errors
/// No such branch, or not the caller's.
pub async fn clear(db: &Database, staff: &Staff<Management>, day: &Day, attempt: &Attempt) -> Result<Answer> {
    change(db, "assignment.clear", (staff, attempt), Done::Changed, |act| async move {
        let branch = act.uow.lock_branch(staff, day.branch).await?;
        let rows = act.uow.assignments_for(staff, branch.id, day.date.date(), day.shift).await?;
        if let Some(first) = rows.first() {
            let ids: Vec<AssignmentId> = rows.iter().map(|row| row.id).collect();
            act.uow.remove_assignments(staff, &ids).await?;
            let entity = entity(branch.id, first.id);
            act.audit_entity("DELETE", &entity, trace(day.date, &rows), Value::Null);
            act.tell_branches(&entity, Event::EntityDeleted(entity.as_event())).await?;
        }
        Ok(Cleared { message: format!("{} assignments deleted", rows.len()), deleted_count: rows.len() })
    })
    .await
}
