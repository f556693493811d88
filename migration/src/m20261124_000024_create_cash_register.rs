//! The cash register: sessions from opening to counting, and what moved meanwhile.
//!
//! One session at a time is open in a branch, so whatever staff take or give back belongs to exactly one or, with the
//! drawer closed, to none. A payment is booked by its own transaction, under a lock that the closing waits for.

crate::dialect::migration! {"
create table cash_register (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    name text not null,
    created_at {instant} not null,
    unique (branch_id, name)
);
create index cash_register_tenant on cash_register (tenant_id);

create table cash_session (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    cash_register_id bigint not null references cash_register (id),
    status text not null check (status in ('OPEN', 'CLOSED')),
    opening_amount_cents bigint not null check (opening_amount_cents >= 0),
    expected_amount_cents bigint,
    actual_amount_cents bigint check (actual_amount_cents >= 0),
    notes text,
    opened_by_id bigint not null references app_user (id),
    closed_by_id bigint references app_user (id),
    opened_at {instant} not null,
    closed_at {instant},
    check ((status = 'CLOSED') = (closed_at is not null and expected_amount_cents is not null and actual_amount_cents is not null))
);
create index cash_session_tenant on cash_session (tenant_id);
create index cash_session_branch on cash_session (branch_id, opened_at);
create index cash_session_register on cash_session (cash_register_id);
create index cash_session_opener on cash_session (opened_by_id);
create index cash_session_closer on cash_session (closed_by_id);
create unique index cash_session_open on cash_session (branch_id) where status = 'OPEN';

create table cash_movement (
    id {id},
    tenant_id bigint not null references tenant (id),
    cash_session_id bigint not null references cash_session (id),
    movement_type text not null check (movement_type in ('SALE', 'REFUND', 'EXPENSE', 'DEPOSIT', 'WITHDRAWAL', 'TIP_IN')),
    amount_cents bigint not null check (amount_cents <> 0),
    payment_method text not null check (payment_method in ('CASH', 'CARD', 'TRANSFER', 'MERCADOPAGO', 'OTHER')),
    description text,
    reference_type text,
    reference_id bigint,
    payment_id bigint references payment (id),
    created_by_id bigint references app_user (id),
    created_at {instant} not null,
    check ((movement_type in ('REFUND', 'EXPENSE', 'WITHDRAWAL')) = (amount_cents < 0))
);
create index cash_movement_tenant on cash_movement (tenant_id);
create index cash_movement_session on cash_movement (cash_session_id, created_at);
create index cash_movement_payment on cash_movement (payment_id);
create index cash_movement_author on cash_movement (created_by_id);
"}
