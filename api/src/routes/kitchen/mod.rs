//! The kitchen's screens.

mod advance_ticket;
mod estimated_wait;
mod issue_tickets;
mod rounds;
mod tickets;

pub(crate) use advance_ticket::*;
pub(crate) use estimated_wait::*;
pub(crate) use issue_tickets::*;
pub(crate) use rounds::*;
pub(crate) use tickets::*;
