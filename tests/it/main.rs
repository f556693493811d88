//! Black-box tests: the program as its clients meet it, in both ways to run. One file a subject; `scripts/test` runs them.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing where something must be has failed")]

mod accounts;
mod authorization;
mod bad_input;
mod branches;
mod calls;
mod cart;
mod checks;
mod claims;
mod diner;
mod edge;
mod evening;
mod hostile;
mod hot_path;
mod hours;
mod keys;
mod kitchen;
mod ledger;
mod lists;
mod look;
mod menu;
mod menu_office;
mod mercadopago;
mod offered;
mod office;
mod payments;
mod portions;
mod products;
mod readme;
mod receipts;
mod reconcile;
mod refunds;
mod resilience;
mod round_items;
mod rounds;
mod scene;
mod sessions;
mod shop;
mod sign_in;
mod splits;
mod startup;
mod streams;
mod sweep;
mod tables;
mod till;
