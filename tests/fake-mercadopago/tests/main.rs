//! The fake as its clients see it, held to what the contract says of the real provider.

mod faults;
mod notifications;
mod page;
mod payments;
mod preferences;
mod refunds;
mod scene;
mod search;
mod sellers;
