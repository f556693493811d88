//! Checks: what a session owes, what its lines cost, which payment covers what, and who pays which part.

pub mod allocation;
pub mod claim;
#[cfg(test)]
mod dice;
pub mod fraction;
pub mod pricing;
pub mod share;
pub mod split;
mod status;

pub use fraction::Fraction;
pub use pricing::DiscountType;
pub use status::CheckStatus;
