//! The event log (I1-I3): one stream per branch, numbered by the row that `branch_stream` holds for it.
//!
//! `entity` is text, not JSON: a replay must carry the very bytes that went out live. The rows point at nothing by
//! foreign key, since a log outlives what it tells of.

crate::dialect::migration! {"
create table branch_stream (
    branch_id bigint primary key references branch (id),
    tenant_id bigint not null references tenant (id),
    epoch text not null,
    seq bigint not null default 0 check (seq >= 0)
) {hot};
create index branch_stream_tenant on branch_stream (tenant_id);

create table event (
    id {id},
    tenant_id bigint not null,
    branch_id bigint not null,
    seq bigint not null check (seq > 0),
    type text not null,
    table_id bigint,
    session_id bigint,
    sector_id bigint,
    entity text not null,
    actor_id bigint,
    actor_role text not null check (actor_role in ('DINER', 'WAITER', 'KITCHEN', 'MANAGER', 'ADMIN', 'SYSTEM')),
    ts {instant} not null,
    unique (branch_id, seq)
);
"}
