//! Deleting and restoring what the office manages: the tree of what goes with what, and the marks on the rows.
//!
//! A deletion takes a thing and everything that stands under it and still stands. Each of these rows points to the one
//! `deletion` row, so a restore brings back exactly what that deletion took: nothing that went before it, nothing that
//! was switched off by hand. Whoever changes what the office manages holds the business's office lock
//! ([`UnitOfWork::lock_office`](crate::UnitOfWork::lock_office)), so nothing grows under a thing while it is deleted.

mod mark;
mod plan;
mod tree;

pub use mark::DeletionRow;
pub use plan::Doomed;
