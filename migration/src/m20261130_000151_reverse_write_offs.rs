//! What of a write-off was taken back: the party came back to pay, or its money came late. The write-off stays on its
//! day, and each reversal has a day of its own (I11). No part of one is taken back twice: what is left of it is read
//! under the check's lock.

crate::dialect::migration! {"
create table write_off_reversal (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    check_id bigint not null references guest_check (id),
    write_off_id bigint not null references write_off (id),
    amount_cents bigint not null check (amount_cents > 0),
    cause text not null,
    reversed_by_id bigint references app_user (id),
    business_day {date} not null,
    created_at {instant} not null
);
create index write_off_reversal_tenant on write_off_reversal (tenant_id);
create index write_off_reversal_branch on write_off_reversal (branch_id, business_day);
create index write_off_reversal_check on write_off_reversal (check_id);
create index write_off_reversal_write_off on write_off_reversal (write_off_id);
create index write_off_reversal_author on write_off_reversal (reversed_by_id) where reversed_by_id is not null;
"}
