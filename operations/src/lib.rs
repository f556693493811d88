//! What the restaurant can do: one operation a file, one transaction an operation, each reading like its specification:
//! lock, check, write, emit, return.
//!
//! | noun | operations |
//! |---|---|
//! | [`account`] | staff sign in and out |
//! | [`branch`] | the office changes it |
//! | [`office`] | what every change of the office shares; deleting with all that stands under it, and back |
//! | [`category`] | the parts of a menu |
//! | [`tip`] | tips by hand, and how tips are shared out |
//! | [`cash`] | the drawer is opened, booked in and counted |
//! | [`subcategory`] | the parts of a category |
//! | [`product`] | what can be ordered, at which price where |
//! | [`allergen`] | what guests may have to avoid |
//! | [`exclusion`] | what a branch leaves out of its menu |
//! | [`session`] | a party sits down, moves, leaves |
//! | [`diner`] | a phone joins, says what it likes, rates the visit |
//! | [`cart`] | the table decides together what to order |
//! | [`menu`] | the kitchen runs out of something |
//! | [`call`] | a diner calls, one waiter answers |
//! | [`check`] | what a party owes: asked for, withdrawn, discounted, settled |
//! | [`payment`] | money comes in and goes back |
//! | [`round`] | an order is sent, confirmed, cooked, served; its items are voided |
//! | [`kitchen`] | a station works off its tickets; a guest is told how long it takes |

pub mod account;
pub mod allergen;
pub mod branch;
pub mod call;
pub mod cart;
pub mod cash;
pub mod category;
pub mod check;
pub mod demo;
pub mod diner;
mod error;
pub mod exclusion;
pub mod kitchen;
pub mod menu;
pub mod office;
pub mod payment;
pub mod product;
pub mod round;
pub mod session;
pub mod subcategory;
pub mod tip;

pub use error::{Error, Result};
pub use store::{Answer, Attempt, Database};
