//! The phones at a table.

mod prefer;
mod rate;
mod register;

pub use prefer::{KeptTaste, Taste, prefer};
pub use rate::{Feedback, Rating, rate};
pub use register::{Registered, Registration, register, registered};
