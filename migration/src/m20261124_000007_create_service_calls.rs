//! A diner's calls. At most one of a kind is open per session: asking again is a reminder, not a second call.

crate::dialect::migration! {"
create table service_call (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    table_id bigint not null references dining_table (id),
    session_id bigint not null references table_session (id),
    type text not null check (type in ('WAITER_CALL', 'PAYMENT_HELP', 'OTHER')),
    status text not null check (status in ('OPEN', 'ACKED', 'CLOSED')),
    created_at {instant} not null,
    acked_at {instant},
    acked_by_id bigint references app_user (id),
    closed_at {instant},
    closed_by_id bigint references app_user (id)
);
create index service_call_tenant on service_call (tenant_id);
create index service_call_live on service_call (branch_id) where status <> 'CLOSED';
create index service_call_table on service_call (table_id);
create index service_call_session on service_call (session_id);
create index service_call_acker on service_call (acked_by_id);
create index service_call_closer on service_call (closed_by_id);
create unique index service_call_open on service_call (session_id, type) where status = 'OPEN';
"}
