//! Sessions: a party sits down, moves, leaves.

mod activate;
mod clear;
mod close;
mod departure;
mod move_to;
mod open;
mod remove_guest;
mod reopen;
mod transfer;

pub use activate::{Party, activate};
pub use clear::clear;
pub use close::close;
pub use move_to::move_to;
pub use open::{Joiner, OpenSession, Scanned, open};
pub use remove_guest::{Removal, remove_guest};
pub use reopen::reopen;
pub use transfer::transfer;
