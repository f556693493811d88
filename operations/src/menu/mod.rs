//! What a branch offers, as it changes during service.

mod set_availability;

pub use set_availability::{Availability, AvailabilitySet, set_availability};
