//! The office looks after the money that comes through providers: accounts, work that was given up, days compared,
//! payments called off.

mod accounts;
mod cancel;
mod dead_letters;
mod reconciliation;

pub(crate) use accounts::*;
pub(crate) use cancel::*;
pub(crate) use dead_letters::*;
pub(crate) use reconciliation::*;
