//! The one queue of background work (decisions/037): a row for each thing to be done, whatever it is.
//!
//! `lane` is whoever must not be slowed down by others and must not slow others down: a payment account, a printer.
//! Pieces of one `series` are done one at a time, in the order of their numbers.

crate::dialect::migration! {"
create table work (
    id {id},
    tenant_id bigint not null references tenant (id),
    queue text not null,
    lane bigint not null,
    kind text not null,
    subject text not null,
    series bigint,
    cause text not null,
    rank smallint not null,
    status text not null check (status in ('QUEUED', 'RUNNING', 'DONE', 'DEAD', 'PARKED')),
    dirty boolean not null default false,
    attempts integer not null default 0,
    next_at {instant} not null,
    lease_until {instant},
    fence bigint not null default 0,
    last_error text,
    created_at {instant} not null,
    updated_at {instant} not null,
    unique (queue, lane, kind, subject),
    check ((status = 'RUNNING') = (lease_until is not null))
);
create index work_tenant on work (tenant_id);
create index work_due on work (queue, next_at) where status in ('QUEUED', 'RUNNING');
create index work_running on work (queue, lane) where status = 'RUNNING';
create index work_series on work (queue, series) where series is not null;
create index work_stuck on work (tenant_id, updated_at) where status in ('DEAD', 'PARKED');
create index work_done on work (updated_at) where status = 'DONE';
"}
