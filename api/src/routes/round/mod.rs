//! Rounds.

mod order;
mod submit;

pub(crate) use order::OrderBody;
pub(crate) use submit::*;
