//! The parts of the floor.

mod create;
mod delete;

pub use create::{NewSector, create};
pub use delete::delete;
