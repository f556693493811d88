//! The phones at a table.

mod register;

pub use register::{Registered, Registration, register};
