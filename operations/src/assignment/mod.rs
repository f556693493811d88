//! The office writes the roster: who has which sector on which day.
//!
//! Whatever changes it tells the branch of a `sector_assignment`, which makes the gateways read the roster again:
//! waiters who are connected hear their new sectors from the next event on. A standing assignment is ended by itself
//! only ([`remove`]); a day's clearing leaves it, and a day's own assignments replace it ([`domain::roster`]).

mod bulk;
mod clear;
mod copy;
mod remove;

pub use bulk::bulk;
pub use clear::clear;
pub use copy::{CopyDay, copy};
pub use remove::remove;

use crate::office::OfficeEntity;
use domain::{AssignmentId, BranchId, Shift, office::EntityKind, roster::RosterDay};
use serde_json::{Value, json};
use store::AssignmentRow;

/// A branch's roster of one day, or a shift of it.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// The branch.
    pub branch: BranchId,
    /// The day.
    pub date: RosterDay,
    /// The shift; none is every shift.
    pub shift: Option<Shift>,
}

/// The roster as events and audit rows name it: by the first of the assignments.
fn entity(branch: BranchId, first: AssignmentId) -> OfficeEntity {
    OfficeEntity::new(EntityKind::Assignment, first.get(), None, Some(branch))
}

/// Assignments as the audit log keeps them.
fn trace(day: RosterDay, rows: &[AssignmentRow]) -> Value {
    let places =
        rows.iter().map(|row| json!({ "sector_id": row.sector_id, "waiter_id": row.waiter_id, "shift": row.shift }));
    json!({ "assignment_date": day, "assignments": places.collect::<Vec<_>>() })
}
