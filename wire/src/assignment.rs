//! Who serves which sector: the roster as it is read and written.

use chrono::NaiveDate;
use domain::{AssignmentId, BranchId, SectorId, Shift, TenantId, UserId, roster::RosterDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A sector that somebody has on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssignedSector {
    /// The sector.
    pub sector_id: SectorId,
    /// Its name.
    pub sector_name: String,
    /// What its table codes begin with.
    pub sector_prefix: String,
    /// In which branch.
    pub branch_id: BranchId,
    /// The day, also for a standing assignment.
    pub assignment_date: NaiveDate,
    /// `MORNING`, `AFTERNOON` or `NIGHT`; null for the whole day.
    pub shift: Option<String>,
}

/// Whether somebody may work in a branch today (W6).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AssignmentCheck {
    /// False shuts the waiter app.
    pub is_assigned: bool,
    /// The branch that was asked about.
    pub branch_id: BranchId,
    /// Its name; null for a branch that does not exist.
    pub branch_name: Option<String>,
    /// Today, in the branch.
    pub assignment_date: NaiveDate,
    /// The sectors assigned; all of them for whoever manages the branch.
    pub sectors: Vec<AssignedSector>,
    /// What the app shows.
    pub message: String,
}

/// Somebody's sectors on one day, in all their branches.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Assignments {
    /// Who.
    pub waiter_id: UserId,
    /// The day that was asked for, or today in the first of their branches.
    pub assignment_date: NaiveDate,
    /// The sectors.
    pub sectors: Vec<AssignedSector>,
    /// Their ids, each once.
    pub sector_ids: Vec<SectorId>,
}

/// Somebody who serves tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OverviewWaiter {
    /// Who.
    pub id: UserId,
    /// Given and family name, or the login.
    pub name: String,
    /// The login.
    pub email: String,
}

/// Somebody with a place on the roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlacedWaiter {
    /// Who.
    pub id: UserId,
    /// Given and family name, or the login.
    pub name: String,
    /// The login.
    pub email: String,
    /// The assignment, to be removed by itself.
    pub assignment_id: AssignmentId,
    /// For which part of the day; null for the whole day.
    #[schema(required)]
    pub shift: Option<String>,
    /// Whether it stands every day: clearing a day leaves it, and the sector's assignments for a day replace it.
    pub is_standing: bool,
}

/// A sector and who has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffedSector {
    /// The sector.
    pub sector_id: SectorId,
    /// Its name.
    pub sector_name: String,
    /// What its table codes begin with.
    pub sector_prefix: String,
    /// Who has it, each once, by name.
    pub waiters: Vec<PlacedWaiter>,
}

/// The roster of a branch on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RosterOverview {
    /// The branch.
    pub branch_id: BranchId,
    /// Its name.
    pub branch_name: String,
    /// The day.
    pub assignment_date: NaiveDate,
    /// The shift that was asked for; null for all of them.
    #[schema(required)]
    pub shift: Option<Shift>,
    /// The sectors of the branch and of every branch, in their order.
    pub sectors: Vec<StaffedSector>,
    /// The waiters of the branch without a sector, by name.
    pub unassigned_waiters: Vec<OverviewWaiter>,
}

/// What was taken off the roster.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Removed {
    /// For people.
    pub message: String,
    /// The assignment.
    pub id: AssignmentId,
}

/// A roster to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Roster {
    /// Where.
    pub branch_id: BranchId,
    /// When, on the branch's calendar.
    pub assignment_date: RosterDay,
    /// For which part of the day; null is the whole day.
    #[serde(default)]
    pub shift: Option<Shift>,
    /// Who has what; 2,000 places in all at most.
    #[schema(max_items = 2000)]
    pub assignments: Vec<SectorPlan>,
}

/// A sector and who is to have it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct SectorPlan {
    /// A sector of the branch or of every branch.
    pub sector_id: SectorId,
    /// Waiters of the branch.
    #[schema(max_items = 2000)]
    pub waiter_ids: Vec<UserId>,
}

/// An assignment that was made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Assigned {
    /// The assignment.
    pub id: AssignmentId,
    /// The business.
    pub tenant_id: TenantId,
    /// The branch.
    pub branch_id: BranchId,
    /// The sector.
    pub sector_id: SectorId,
    /// Its name.
    pub sector_name: String,
    /// What its table codes begin with.
    pub sector_prefix: String,
    /// The waiter.
    pub waiter_id: UserId,
    /// Given and family name, or the login.
    pub waiter_name: String,
    /// The login.
    pub waiter_email: String,
    /// The day.
    pub assignment_date: NaiveDate,
    /// Null for the whole day.
    #[schema(required)]
    pub shift: Option<Shift>,
    /// Always true.
    pub is_active: bool,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BulkResult {
    /// How many are new.
    pub created_count: usize,
    /// How many could not be or were there already.
    pub skipped_count: usize,
    /// The new ones.
    pub assignments: Vec<Assigned>,
}

/// What was taken off the roster.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Cleared {
    /// For people.
    pub message: String,
    /// How many assignments.
    pub deleted_count: usize,
}
