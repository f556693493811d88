//! The business itself.

mod update;

pub use update::update;
