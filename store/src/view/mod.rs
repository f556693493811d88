//! What GET requests read: each in a fixed number of statements, whatever the number of rows.

mod assignments;
mod branches;
mod roster;

pub use assignments::{AssignedSector, AssignmentCheck, Assignments};
pub use branches::{Branch, PublicBranch};
pub use roster::Roster;
