//! Black-box tests: the program as its clients meet it, in both ways to run. One file a subject; `scripts/test` runs them.

mod branches;
mod calls;
mod cart;
mod diner;
mod look;
mod menu;
mod sessions;
mod sign_in;
mod startup;
mod tables;
