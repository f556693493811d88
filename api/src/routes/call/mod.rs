//! A diner calls, a waiter comes.

mod answer;
mod create;
mod list;

pub(crate) use answer::*;
pub(crate) use create::*;
pub(crate) use list::*;
