//! Tables as they are now.

mod floor;
mod office;

pub(crate) use floor::*;
pub(crate) use office::*;
