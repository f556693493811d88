//! A business that its operator suspended, and since when. Its branches are closed for as long: `is_active` of a branch
//! is false for this third reason too, and comes back as `deactivated` and `deletion_id` say.

crate::dialect::migration! {"
alter table tenant add column suspended_at {instant};
"}
