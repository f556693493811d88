//! What GET requests read: each in a fixed number of statements, whatever the number of rows.

mod branches;
mod roster;

pub use roster::Roster;
