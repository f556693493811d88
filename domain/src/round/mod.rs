//! Rounds: orders sent from a table.

mod rules;
mod status;

pub use rules::{MAX_LINES, RESUBMIT_WINDOW, RoundAction, content_digest_input, first_status};
pub use status::{RoundConfirmation, RoundStatus};
