//! Rounds: orders sent from a table.

mod rules;
mod status;

pub use rules::{FIRE_WINDOW, MAX_LINES, RoundAction, content_digest_input, first_status};
pub use status::{RoundConfirmation, RoundStatus};
