//! Orders sent from a table.

mod order;
mod submit;

pub use order::{Order, OrderLine};
pub use submit::{SubmittedRound, submit};
