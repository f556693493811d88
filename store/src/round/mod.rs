//! Rounds in the database.

mod find;
mod insert;

pub use find::RoundRow;
pub use insert::{NewLine, NewRound};
