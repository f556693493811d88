//! When a cart line was last told of after it was added, and when it must be told of once more because phones may have
//! dropped that (`domain/src/cart.rs`). Only the few lines of a burst have the second instant, and the index only
//! those.

crate::dialect::migration! {"
alter table cart_item add column told_at {instant};
alter table cart_item add column settle_at {instant};
create index cart_item_unsettled on cart_item (settle_at) where settle_at is not null;
"}
