//! What the office asks about days gone by (C16), from the ledger and the rounds.
//!
//! What every report means by its words:
//! * **revenue**, **sales**: what counts towards bills of the payments that were approved: `payment.net_cents`. That is
//!   without tips, less what was given back, and nothing of a chargeback unless it was reimbursed. A refund lessens the
//!   day the money came in, not the day it went back: a chargeback has no day of its own, and no day comes out below
//!   zero. Money that no check asked for (an orphan) is an incident, not a sale.
//! * **order**: a round that the kitchen has or had; it belongs to the instant it was submitted.
//! * **day**, **hour**: what the calendar and the clock in the branch showed.
//!
//! A report is a fixed number of statements over a [`Window`], which only somebody's [`Staff`](auth::Staff) can open.

mod daily_sales;
mod discounts;
mod open_checks;
mod orders_by_hour;
mod summary;
mod takings;
mod top_products;
mod voids;
mod waiters;
mod window;
mod write_offs;

pub use window::{Place, Window};
