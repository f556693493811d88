//! A party's stay at a table.

mod open;

pub use open::{OpenSession, Scanned, open};
