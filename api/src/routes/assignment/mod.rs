//! A waiter's own place on the roster.

mod check;
mod own;

pub(crate) use check::*;
pub(crate) use own::*;
