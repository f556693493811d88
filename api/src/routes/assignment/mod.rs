//! A waiter's own place on the roster, and the roster as the office writes it.

mod check;
mod office;
mod own;

pub(crate) use check::*;
pub(crate) use office::*;
pub(crate) use own::*;
