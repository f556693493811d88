//! Rounds in the database.

mod change;
mod find;
mod insert;
mod lock;

pub use find::RoundRow;
pub use insert::{LineLeft, NewLine, NewRound, TakenFromCart};
pub use lock::ItemRow;
