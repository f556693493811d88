//! Sessions: a party sits down, moves, leaves.

mod activate;
mod clear;
mod close;
mod departure;
mod move_to;
mod open;
mod remove_guest;
mod transfer;

pub use activate::{Activated, Party, activate};
pub use clear::{ClearedTable, clear};
pub use close::{ClosedSession, close};
pub use move_to::{MovedSession, move_to};
pub use open::{Joiner, OpenSession, Scanned, open};
pub use remove_guest::{Removal, RemovedGuest, remove_guest};
pub use transfer::{TransferredTable, transfer};
