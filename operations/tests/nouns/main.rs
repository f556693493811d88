//! The operations' own tests: each noun on a database of its own in a file of its own, without HTTP, processes or
//! sockets.
//!
//! Black-box tests of what needs those are in the root package's `tests/it`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod call;
mod cart;
mod cash;
mod check;
mod frame;
mod house;
mod menu;
mod office;
mod opening;
mod payment;
mod round;
mod session;
mod tip;

use house::House;
