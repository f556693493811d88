//! What the restaurant can do: one operation a file, one transaction an operation, each reading like its specification:
//! lock, check, write, emit, return.
//!
//! | noun | operations |
//! |---|---|
//! | [`session`] | a party sits down, moves, leaves |
//! | [`diner`] | a phone joins |
//! | [`round`] | an order is sent, confirmed, cooked, served; its items are voided |
//! | [`kitchen`] | a station works off its tickets; a guest is told how long it takes |

pub mod demo;
pub mod diner;
mod error;
pub mod kitchen;
pub mod round;
pub mod session;

pub use error::{Error, Result};
pub use store::{Answer, Attempt, Database};
