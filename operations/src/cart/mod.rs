//! The cart that the phones of a table share: added to by increments, corrected by absolute values, emptied by a round.

mod add;
mod change;
mod clear;
mod remove;
mod reprice;
mod settle;
mod tell;

pub use add::{NewCartLine, add};
pub use change::{CartChange, change};
pub use clear::clear;
pub use remove::remove;
pub use reprice::reprice;
pub use settle::settle;
