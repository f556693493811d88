//! What the office asks about days gone by (C16); what the words mean, `store::view` says.
//!
//! Those of the contract are for anybody who works in the branch, as the shipped dashboard expects; those about persons
//! and about money that is missing are for who runs it.

mod comps;
mod daily_report;
mod daily_sales;
mod discounts;
pub(crate) mod export;
mod open_checks;
mod orders_by_hour;
mod query;
mod sales_by_method;
mod summary;
mod top_products;
mod voids;
mod waiter_performance;
mod workbook;
mod write_offs;

pub(crate) use comps::*;
pub(crate) use daily_report::*;
pub(crate) use daily_sales::*;
pub(crate) use discounts::*;
pub(crate) use open_checks::*;
pub(crate) use orders_by_hour::*;
pub(crate) use sales_by_method::*;
pub(crate) use summary::*;
pub(crate) use top_products::*;
pub(crate) use voids::*;
pub(crate) use waiter_performance::*;
pub(crate) use write_offs::*;
