//! The business itself.

mod update;

pub use update::{TenantPatch, update};
