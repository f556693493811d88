//! Tables as they are now.

mod floor;
mod join_code;
mod office;

pub(crate) use floor::*;
pub(crate) use join_code::*;
pub(crate) use office::*;
