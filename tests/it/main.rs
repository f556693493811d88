//! Black-box tests: the program as its clients meet it, in both ways to run. One file a subject; `scripts/test` runs them.

mod calls;
mod look;
mod sessions;
mod startup;
mod tables;
