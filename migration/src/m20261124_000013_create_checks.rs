//! What a session owes: one check, a charge per round item, discounts, and who says that they pay which item.
//!
//! `guest_check`, because `check` is a word of SQL. A check never holds more than its total and a charge never more
//! than its amount, whatever the code does (I8).

crate::dialect::migration! {"
alter table branch add column currency text not null default 'ARS'
    check (currency in ('ARS', 'BRL', 'CLP', 'COP', 'MXN', 'PEN', 'UYU'));

create table guest_check (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    session_id bigint not null unique references table_session (id),
    status text not null check (status in ('OPEN', 'REQUESTED', 'IN_PAYMENT', 'PAID')),
    currency text not null check (currency in ('ARS', 'BRL', 'CLP', 'COP', 'MXN', 'PEN', 'UYU')),
    total_cents bigint not null check (total_cents >= 0),
    paid_cents bigint not null default 0,
    requested_at {instant} not null,
    paid_at {instant},
    closed_at {instant},
    check (paid_cents >= 0 and paid_cents <= total_cents)
);
create index guest_check_tenant on guest_check (tenant_id);
create index guest_check_branch on guest_check (branch_id, requested_at);

create table charge (
    id {id},
    tenant_id bigint not null references tenant (id),
    check_id bigint not null references guest_check (id),
    round_item_id bigint unique references round_item (id) on delete set null,
    diner_id bigint references diner (id),
    description text not null,
    qty integer not null,
    gross_cents bigint not null check (gross_cents >= 0),
    amount_cents bigint not null,
    paid_cents bigint not null default 0,
    created_at {instant} not null,
    check (amount_cents >= 0 and amount_cents <= gross_cents),
    check (paid_cents >= 0 and paid_cents <= amount_cents)
);
create index charge_tenant on charge (tenant_id);
create index charge_check on charge (check_id, created_at, id);
create index charge_diner on charge (diner_id);

create table check_discount (
    id {id},
    tenant_id bigint not null references tenant (id),
    check_id bigint not null references guest_check (id),
    type text not null check (type in ('PERCENT', 'AMOUNT')),
    value bigint not null check (value > 0),
    amount_cents bigint not null check (amount_cents >= 0),
    reason text not null,
    granted_by_id bigint not null references app_user (id),
    created_at {instant} not null
);
create index check_discount_tenant on check_discount (tenant_id);
create index check_discount_check on check_discount (check_id);
create index check_discount_granter on check_discount (granted_by_id);

create table charge_claim (
    id {id},
    tenant_id bigint not null references tenant (id),
    check_id bigint not null references guest_check (id),
    charge_id bigint not null references charge (id),
    diner_id bigint not null references diner (id),
    numerator integer not null check (numerator > 0),
    denominator integer not null,
    amount_cents bigint not null check (amount_cents >= 0),
    expires_at {instant} not null,
    unique (charge_id, diner_id),
    check (numerator <= denominator)
);
create index charge_claim_tenant on charge_claim (tenant_id);
create index charge_claim_check on charge_claim (check_id);
create index charge_claim_diner on charge_claim (diner_id);
"}
