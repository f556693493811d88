//! The stations' tickets, and how long the guests wait for them.

mod advance_ticket;
mod estimate_wait;
mod issue_tickets;

pub use advance_ticket::advance_ticket;
pub use estimate_wait::estimate_wait;
pub use issue_tickets::issue_tickets;
