//! The last rounds a kitchen finished, newest first: the public waiting time (M29) must not read a branch's
//! whole history.

crate::dialect::migration! {"
create index round_finished on round (branch_id, ready_at) where ready_at is not null;
"}
