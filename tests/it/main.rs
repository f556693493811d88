//! Black-box tests: the program as its clients meet it, in both ways to run. One file a subject; `scripts/test` runs them.

mod cart;
mod diner;
mod menu;
mod startup;
