//! Service calls: a diner asks for a waiter, exactly one waiter answers.

mod status;

pub use status::{CallStatus, CallType};
