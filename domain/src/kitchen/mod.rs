//! The kitchen: stations and their tickets.

mod station;
mod status;

pub use station::Station;
pub use status::{TicketStatus, round_after_tickets};
