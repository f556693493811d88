//! When a cart line was last changed; null for a line that is as it was added.
//!
//! The phones drop a second change of one line within five seconds (contract/diner-waiter.md §7.10). This instant is how
//! a write knows that its event may be dropped, so that it sends the whole cart behind it.

crate::dialect::migration! {"
alter table cart_item add column changed_at {instant};
"}
