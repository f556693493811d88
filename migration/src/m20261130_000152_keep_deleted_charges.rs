//! What a line came to that was deleted from a round after it was on the bill, and when: who had paid for it has the
//! money back, as for one that was struck, which keeps its row.

crate::dialect::migration! {"
alter table charge add column deleted_cents bigint not null default 0 check (deleted_cents >= 0);
alter table charge add column deleted_at {instant};
"}
