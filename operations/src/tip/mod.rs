//! Tips entered by hand, the pools that share tips out, and the sharing out.
//!
//! The dashboard writes ids as numbers or as text, and calls a session and the percentages by two names each
//! (U7); both are read.

mod distribute;
mod enter;
mod pool;

pub use distribute::distribute;
pub use enter::enter;
pub use pool::{create_pool, update_pool};
