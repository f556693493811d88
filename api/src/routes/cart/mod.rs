//! The shared cart.

mod add;
mod change;
mod clear;
mod read;
mod remove;

pub(crate) use add::*;
pub(crate) use change::*;
pub(crate) use clear::*;
pub(crate) use read::*;
pub(crate) use remove::*;
