//! Sessions: one party's stay at a table.

mod covers;
mod status;

pub use covers::Covers;
pub use status::{OpenedBy, SessionStatus};
