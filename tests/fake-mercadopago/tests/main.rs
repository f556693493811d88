//! The fake as its clients see it, held to what the contract says of the real provider.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing where something must be has failed")]

mod faults;
mod notifications;
mod page;
mod payments;
mod preferences;
mod refunds;
mod scene;
mod search;
mod sellers;
