//! What is printed: self-contained HTML pages in Spanish. Whatever people typed (names, wishes, reasons) is escaped by the
//! template, and the page loads nothing, so a receipt can neither run nor fetch anything.

mod customer;
mod price;

pub(crate) use customer::customer;
use price::price;
