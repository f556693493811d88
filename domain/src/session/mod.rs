//! Sessions: one party's stay at a table.

mod status;

pub use status::{OpenedBy, SessionStatus};
