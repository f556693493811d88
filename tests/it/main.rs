//! Black-box tests: the program as its clients meet it, in both ways to run. One file a subject; `scripts/test` runs them.

mod kitchen;
mod round_items;
mod rounds;
mod scene;
mod startup;
