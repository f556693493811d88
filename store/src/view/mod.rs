//! What GET requests read: each in a fixed number of statements, whatever the number of rows.

mod assignments;
mod branches;
mod calls;
mod floor;
mod roster;
mod session_detail;
mod session_summary;

pub use assignments::{AssignedSector, AssignmentCheck, Assignments};
pub use branches::{Branch, PublicBranch};
pub use calls::Call;
pub use floor::{Floor, TableNow};
pub use roster::Roster;
pub use session_detail::{ItemDetail, RoundDetail, SeatedDiner, SessionDetail};
pub use session_summary::SessionSummary;
