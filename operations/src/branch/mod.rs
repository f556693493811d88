//! The office looks after its branches.

mod update;

pub use update::{BranchPatch, update};
