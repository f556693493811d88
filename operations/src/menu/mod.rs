//! What the kitchen can make, and how much of it.

mod end_restriction;
mod orderable;
pub(crate) mod portions;
mod set_availability;

pub use end_restriction::end_restriction;
pub(crate) use orderable::{ensure_orderable, not_a_choice};
pub use set_availability::{Availability, set_availability};
