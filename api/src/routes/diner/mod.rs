//! Phones at a table.

mod device;
mod prefer;
mod rate;
mod register;
mod visit;

pub(crate) use device::*;
pub(crate) use prefer::*;
pub(crate) use rate::*;
pub(crate) use register::*;
pub(crate) use visit::*;
