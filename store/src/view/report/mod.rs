//! What the office asks about days gone by (C16), from the ledger and the rounds.
//!
//! What every report means by its words, each word one thing:
//! * **portions sold**: lines of orders, by their quantity, that nobody struck; **voided**: those that somebody struck;
//!   **comped**: those of the voided that were on the table by then, and that a manager had given away.
//! * **money sold**: what the portions sold come to, less discounts, paid or not: the revenue of a product.
//! * **money collected**, which the reports call **revenue** and **sales**: what counts towards bills of the payments
//!   that were approved, `payment.net_cents`: without tips. What goes back, and what a card's issuer takes back,
//!   lessens the day on which it goes, which may come out below zero; the day on which the money came stays as it was
//!   (I11). Money that no check asked for (an orphan) is an incident, not a sale.
//! * **money open**: what checks come to and nobody has paid or written off.
//! * **written off**: what a manager gave up of what a party left owing, on the day of that; **reversed**: what of it
//!   was owed or paid after all, on the day of that. A cent of a bill is collected, voided, taken off, written off or
//!   open.
//! * **order**: a round that the kitchen has or had.
//! * **day**: the business day that a row keeps from when it was written; for rows from before days were kept, what the
//!   calendar in the branch showed. **Hour**: what the clock there showed.
//!
//! A report is a fixed number of statements over a [`Window`], which only somebody's [`Staff`](auth::Staff) can open.

mod comps;
mod daily_sales;
mod discounts;
mod open_checks;
mod orders_by_hour;
mod sold;
mod summary;
mod taking;
mod takings;
mod top_products;
mod voids;
mod waiters;
mod window;
mod write_offs;

pub use window::{Place, Window};
