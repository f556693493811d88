//! What the restaurant can do: one operation a file, one transaction an operation, each reading like its specification:
//! lock, check, write, emit, return.
//!
//! | noun | operations |
//! |---|---|
//! | [`opening`] | a business opens, with its first branch and administrator |
//! | [`account`] | staff sign in and out, and change their password; what an operator does to a login |
//! | [`tenant`] | the business itself; an operator suspends it |
//! | [`branch`] | the office opens, changes and closes it |
//! | [`office`] | what every change of the office shares; deleting with all that stands under it, and back |
//! | [`category`] | the parts of a menu |
//! | [`staff`] | who works here, as what and where |
//! | [`assignment`] | who has which sector on which day |
//! | [`sector`], [`table`] | the office divides and lays the floor |
//! | [`ingredient`] | what recipes are made of |
//! | [`recipe`] | how a branch makes things, and what becomes of it |
//! | [`tip`] | tips by hand, and how tips are shared out |
//! | [`cash`] | the drawer is opened, booked in and counted |
//! | [`subcategory`] | the parts of a category |
//! | [`product`] | what can be ordered, at which price where |
//! | [`allergen`] | what guests may have to avoid |
//! | [`menu_file`] | the whole menu as one file, out and in |
//! | [`customization`] | modifiers: what diners may choose of a product |
//! | [`promotion`] | products at a price of their own for a while |
//! | [`exclusion`] | what a branch leaves out of its menu |
//! | [`session`] | a party sits down, moves, leaves |
//! | [`diner`] | a phone joins, says what it likes, rates the visit |
//! | [`cart`] | the table decides together what to order |
//! | [`menu`] | the kitchen runs out of something |
//! | [`call`] | a diner calls, one waiter answers |
//! | [`check`] | what a party owes: asked for, withdrawn, discounted, settled |
//! | [`payment`] | money comes in and goes back |
//! | [`round`] | an order is sent, confirmed, cooked, served; its items are voided |
//! | [`work`] | background work is taken from its queue and done |
//! | [`station`] | the office arranges the kitchen |
//! | [`kitchen`] | a station works off its tickets; a guest is told how long it takes |

pub mod account;
pub mod allergen;
pub mod assignment;
pub mod branch;
pub mod call;
pub mod cart;
pub mod cash;
pub mod category;
pub mod check;
pub(crate) mod command;
pub mod customization;
pub mod demo;
pub mod diner;
mod error;
pub mod exclusion;
pub mod ingredient;
pub mod kitchen;
pub mod menu;
pub mod menu_file;
pub mod office;
pub mod opening;
mod payable;
pub mod payment;
pub mod product;
pub mod promotion;
pub mod recipe;
pub mod round;
pub mod sector;
pub mod session;
pub mod staff;
pub mod station;
pub mod subcategory;
pub mod table;
pub mod tenant;
pub mod tip;
pub mod work;

pub use error::{Error, Result};
pub use store::{Answer, Attempt, Database, Outcome};
