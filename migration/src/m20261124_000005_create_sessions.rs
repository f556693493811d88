//! Sessions, their diners, the shared cart and what diners thought of it.
//!
//! `table_session_live` is "at most one live session per table" (design.md §5), whatever the code does.

crate::dialect::migration! {"
create table table_session (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    table_id bigint not null references dining_table (id),
    status text not null check (status in ('OPEN', 'PAYING', 'CLOSED')),
    opened_by text not null check (opened_by in ('DINER', 'WAITER')),
    opened_by_waiter_id bigint references app_user (id),
    assigned_waiter_id bigint references app_user (id),
    covers integer check (covers > 0),
    notes text,
    cart_version bigint not null default 0,
    rounds_sent integer not null default 0,
    opened_at {instant} not null,
    closed_at {instant}
);
create index table_session_tenant on table_session (tenant_id);
create index table_session_branch on table_session (branch_id, status);
create index table_session_table on table_session (table_id);
create index table_session_opener on table_session (opened_by_waiter_id);
create index table_session_waiter on table_session (assigned_waiter_id);
create unique index table_session_live on table_session (table_id) where status in ('OPEN', 'PAYING');

create table diner (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    session_id bigint not null references table_session (id),
    name text not null,
    color text not null,
    local_id text,
    device_id text,
    device_fingerprint text,
    preferences {json},
    preferences_at {instant},
    joined_at {instant} not null
);
create index diner_tenant on diner (tenant_id);
create index diner_branch on diner (branch_id);
create index diner_session on diner (session_id);
create index diner_device on diner (tenant_id, device_id);
create unique index diner_phone on diner (session_id, local_id) where local_id is not null;

create table cart_item (
    id {id},
    tenant_id bigint not null references tenant (id),
    session_id bigint not null references table_session (id),
    diner_id bigint not null references diner (id),
    product_id bigint not null references product (id),
    quantity integer not null check (quantity between 1 and 99),
    notes text,
    created_at {instant} not null,
    unique (session_id, diner_id, product_id)
);
create index cart_item_tenant on cart_item (tenant_id);
create index cart_item_diner on cart_item (diner_id);
create index cart_item_product on cart_item (product_id);

create table feedback (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    session_id bigint not null unique references table_session (id),
    rating integer not null check (rating between 1 and 5),
    comment text,
    created_at {instant} not null
);
create index feedback_tenant on feedback (tenant_id);
create index feedback_branch on feedback (branch_id);
"}
