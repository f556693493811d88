//! Sessions: one party's stay at a table.

mod covers;
mod join;
mod status;

pub use covers::Covers;
pub use join::JoinRule;
pub use status::{OpenedBy, SessionStatus};
