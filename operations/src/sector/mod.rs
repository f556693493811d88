//! The parts of the floor.

mod create;
mod delete;

pub use create::create;
pub use delete::delete;
