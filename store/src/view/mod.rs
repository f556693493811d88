//! What GET requests read: each in a fixed number of statements, whatever the number of rows.

mod branches;
mod kitchen_pace;
mod kitchen_place;
mod kitchen_round;
mod kitchen_ticket;
mod roster;

pub use kitchen_pace::KitchenPace;
pub use kitchen_place::At;
pub use kitchen_round::{KitchenRound, KitchenRoundItem};
pub use kitchen_ticket::{StationTickets, Ticket, TicketItem};
pub use roster::Roster;
