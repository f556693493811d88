//! The phones at a table.

mod prefer;
mod rate;
mod register;

pub use prefer::prefer;
pub use rate::{Rating, rate};
pub use register::{Registration, register, registered};
