//! Rounds, their items, and the tickets by which the kitchen knows them.
//!
//! A round is in the kitchen if and only if its tickets exist: both are written by one transaction (I1), and
//! `kitchen_ticket_station` keeps a second set of tickets out.

crate::dialect::migration! {"
create table round (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    session_id bigint not null references table_session (id),
    round_number integer not null check (round_number > 0),
    status text not null
        check (status in ('PENDING', 'CONFIRMED', 'SUBMITTED', 'IN_KITCHEN', 'READY', 'SERVED', 'CANCELED')),
    submitted_by text not null check (submitted_by in ('DINER', 'WAITER')),
    submitted_by_waiter_id bigint references app_user (id),
    content_digest text not null,
    idempotency_key text,
    notes text,
    created_at {instant} not null,
    confirmed_at {instant},
    confirmed_by_id bigint references app_user (id),
    submitted_at {instant},
    started_at {instant},
    ready_at {instant},
    served_at {instant},
    canceled_at {instant},
    cancel_reason text,
    unique (session_id, round_number)
);
create index round_tenant on round (tenant_id);
create index round_open on round (branch_id, status) where status not in ('SERVED', 'CANCELED');
create index round_waiter on round (submitted_by_waiter_id);
create index round_confirmer on round (confirmed_by_id);
create unique index round_idempotency on round (session_id, idempotency_key)
    where idempotency_key is not null and status <> 'CANCELED';

create table round_item (
    id {id},
    tenant_id bigint not null references tenant (id),
    round_id bigint not null references round (id),
    line integer not null,
    product_id bigint not null references product (id),
    product_name text not null,
    qty integer not null check (qty between 1 and 99),
    unit_price_cents bigint not null check (unit_price_cents between 0 and 10000000),
    notes text,
    diner_id bigint references diner (id),
    station text not null check (station in ('BAR', 'HOT_KITCHEN', 'COLD_KITCHEN', 'GRILL', 'PASTRY', 'OTHER')),
    voided_at {instant},
    void_reason text,
    voided_by_id bigint references app_user (id),
    unique (round_id, line),
    check ((voided_at is null) = (void_reason is null))
);
create index round_item_tenant on round_item (tenant_id);
create index round_item_product on round_item (product_id);
create index round_item_diner on round_item (diner_id);
create index round_item_voider on round_item (voided_by_id);

create table kitchen_ticket (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    round_id bigint not null references round (id),
    station text not null check (station in ('BAR', 'HOT_KITCHEN', 'COLD_KITCHEN', 'GRILL', 'PASTRY', 'OTHER')),
    status text not null check (status in ('PENDING', 'IN_PROGRESS', 'READY', 'DELIVERED')),
    priority integer not null default 0,
    notes text,
    created_at {instant} not null,
    started_at {instant},
    completed_at {instant},
    delivered_at {instant}
);
create index kitchen_ticket_tenant on kitchen_ticket (tenant_id);
create index kitchen_ticket_open on kitchen_ticket (branch_id) where status <> 'DELIVERED';
create unique index kitchen_ticket_station on kitchen_ticket (round_id, station);

create table kitchen_ticket_item (
    id {id},
    tenant_id bigint not null references tenant (id),
    ticket_id bigint not null references kitchen_ticket (id),
    round_item_id bigint not null unique references round_item (id)
);
create index kitchen_ticket_item_tenant on kitchen_ticket_item (tenant_id);
create index kitchen_ticket_item_ticket on kitchen_ticket_item (ticket_id);
"}
