//! What is printed: self-contained HTML pages in Spanish. Whatever people typed (names, wishes, reasons) is escaped by
//! the template, and the page loads nothing, so a receipt can neither run nor fetch anything.

mod customer;
mod daily_report;
mod kitchen_ticket;
mod page;
mod price;

pub(crate) use customer::customer;
pub(crate) use daily_report::{Day, daily_report};
pub(crate) use kitchen_ticket::kitchen_ticket;
use price::price;
