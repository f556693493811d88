//! What a party that left owes and nobody will pay: a manager writes it off, with a reason (I12). The check keeps what
//! it comes to and what was paid; what is written off is the third part of the sum.

crate::dialect::migration! {"
alter table guest_check add column written_off_cents bigint not null default 0 check (written_off_cents >= 0);

create table write_off (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    check_id bigint not null references guest_check (id),
    amount_cents bigint not null check (amount_cents > 0),
    reason text not null,
    written_off_by_id bigint not null references app_user (id),
    business_day {date} not null,
    created_at {instant} not null
);
create index write_off_tenant on write_off (tenant_id);
create index write_off_branch on write_off (branch_id, business_day);
create index write_off_check on write_off (check_id);
create index write_off_author on write_off (written_off_by_id);
"}
