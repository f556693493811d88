//! Soft deletion of what the office manages: the tree of what is deleted with what, and the marks on the rows.
//!
//! A deletion takes an entity and everything below it that is not deleted yet. Each of these rows points to the one
//! `deletion` row. So a restore brings back exactly what that deletion took: nothing that was deleted before, nothing
//! that was switched off by hand. Every change of what the office manages holds the business's office lock
//! ([`UnitOfWork::lock_office`](crate::UnitOfWork::lock_office)), so nothing is added below an entity while it is
//! deleted.

mod mark;
mod plan;
mod tree;

pub use mark::DeletionRow;
pub use plan::CascadeRow;
