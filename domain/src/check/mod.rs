//! Checks: what a session owes, what its lines cost, which payment covers what, and who pays which part.

pub mod allocation;
pub mod pricing;
pub mod share;
mod status;

pub use status::CheckStatus;
