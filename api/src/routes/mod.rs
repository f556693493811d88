//! `routes/<noun>/<verb>.rs`: a request type and a handler that translates.

pub(crate) mod diner;
pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod kitchen;
pub(crate) mod round;
pub(crate) mod session;
