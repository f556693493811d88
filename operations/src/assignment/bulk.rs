//! The office gives waiters their sectors for a day, all in one transaction.
//!
//! A sector that is not the branch's, somebody who does not serve tables there, and what is there already are counted
//! as skipped and are no errors (C11): the dashboard sends what it has on the screen.

use super::{entity, trace};
use crate::{
    Error, Result,
    command::{Act, Done},
    office::change,
};
use auth::{Management, RoleSet, Staff};
use domain::{Shift, event::Event, roster::RosterDay};
use serde_json::Value;
use std::collections::HashSet;
use store::{Answer, AssignmentRow, Attempt, BranchRow, Database, Placed};
use wire::assignment::{Assigned, BulkResult, Roster};

/// Most places of one request.
const MOST: usize = 2000;

/// Adds places to a day's roster.
///
/// # Errors
/// No such branch, or not the caller's; too many places.
pub async fn bulk(db: &Database, staff: &Staff<Management>, roster: &Roster, attempt: &Attempt) -> Result<Answer> {
    let places =
        roster.assignments.iter().flat_map(|plan| plan.waiter_ids.iter().map(|waiter| (plan.sector_id, *waiter)));
    let places: &Vec<Placed> =
        &places.map(|(sector, waiter)| Placed { sector, waiter, shift: roster.shift }).take(MOST + 1).collect();
    if places.len() > MOST {
        return Err(Error::Invalid("assignments: must be at most 2000 places in all"));
    }
    change(db, "assignment.bulk", (staff, attempt), Done::Changed, |act| async move {
        let branch = act.uow.lock_branch(staff, roster.branch_id).await?;
        act.assign(&branch, roster.assignment_date, places).await
    })
    .await
}

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// Adds what can be added of `places` to the roster of a day.
    pub(super) async fn assign(&self, branch: &BranchRow, day: RosterDay, places: &[Placed]) -> Result<BulkResult> {
        let sectors = self.uow.sectors_of(self.by, branch.id).await?;
        let waiters = self.uow.waiters_of(self.by, branch.id).await?;
        let there = self.uow.assignments_for(self.by, branch.id, day.date(), None).await?;
        let mut taken: HashSet<Placed> = there.iter().map(placed).collect();
        let fits = |place: &Placed| {
            sectors.iter().any(|sector| sector.id == place.sector)
                && waiters.iter().any(|waiter| waiter.id == place.waiter)
        };
        let new: Vec<Placed> = places.iter().copied().filter(|place| fits(place) && taken.insert(*place)).collect();
        let mut rows = self.uow.insert_assignments(branch, day.date(), &new).await?;
        rows.sort_unstable_by_key(|row| row.id);
        if let Some(first) = rows.first() {
            let entity = entity(branch.id, first.id);
            self.audit_entity("CREATE", &entity, Value::Null, trace(day, &rows));
            self.tell_branches(&entity, Event::EntityCreated(entity.as_event())).await?;
        }
        let assigned = |row: &AssignmentRow| {
            let sector = sectors.iter().find(|sector| sector.id == row.sector_id)?;
            let waiter = waiters.iter().find(|waiter| waiter.id == row.waiter_id)?;
            Some(Assigned {
                id: row.id,
                tenant_id: row.tenant_id,
                branch_id: row.branch_id,
                sector_id: sector.id,
                sector_name: sector.name.clone(),
                sector_prefix: sector.prefix.clone(),
                waiter_id: waiter.id,
                waiter_name: waiter.name.clone(),
                waiter_email: waiter.email.clone(),
                assignment_date: day.date(),
                shift: placed(row).shift,
                is_active: true,
            })
        };
        Ok(BulkResult {
            created_count: rows.len(),
            skipped_count: places.len() - rows.len(),
            assignments: rows.iter().filter_map(assigned).collect(),
        })
    }
}

/// The place that a row is.
pub(super) fn placed(row: &AssignmentRow) -> Placed {
    let shift = Shift::ALL.iter().copied().find(|shift| Some(shift.as_str()) == row.shift.as_deref());
    Placed { sector: row.sector_id, waiter: row.waiter_id, shift }
}
