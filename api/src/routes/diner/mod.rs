//! Phones at a table.

mod register;

pub(crate) use register::*;
