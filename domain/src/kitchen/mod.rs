//! The kitchen: stations and their tickets.

mod station;
mod station_words;
mod status;
mod wait;

pub use station::{Dish, Station, StationCode};
pub use status::{TicketStatus, round_after_tickets};
pub use wait::{EstimatedWait, FINISHED_CONSIDERED};
