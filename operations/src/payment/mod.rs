//! Money comes in and goes back. Staff register what they took ([`register`]); what phones pay comes through a provider.

mod register;

pub use register::{Registered, Registration, register};
