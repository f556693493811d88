//! The orders page, and an order on paper.

mod active;
mod ticket;

pub(crate) use active::*;
pub(crate) use ticket::*;
