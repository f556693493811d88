//! What providers told us, what is to be asked of them, what is to be given back, and what a person must look at.
//!
//! A notice is kept as it came, for audit, and states nothing. `payment_sync` is the queue: one row per thing to be
//! fetched, so that a hundred notices about one payment are one piece of work (payments.md §5).

crate::dialect::migration! {"
create table provider_notice (
    id {id},
    tenant_id bigint not null references tenant (id),
    account_id bigint not null references provider_account (id),
    verdict text not null check (verdict in ('VERIFIED', 'UNSIGNED', 'INVALID', 'OVERSIZE')),
    reason text,
    topic text,
    resource_id text,
    method text not null,
    query text not null,
    headers {json} not null,
    body text not null,
    received_at {instant} not null
);
create index provider_notice_tenant on provider_notice (tenant_id);
create index provider_notice_account on provider_notice (account_id, received_at);

create table payment_sync (
    id {id},
    tenant_id bigint not null references tenant (id),
    account_id bigint not null references provider_account (id),
    kind text not null check (kind in ('PAYMENT', 'ORDER', 'CHARGEBACK')),
    resource_id text not null,
    status text not null check (status in ('QUEUED', 'RUNNING', 'DONE', 'DEAD', 'PARKED')),
    cause text not null check (cause in ('WEBHOOK', 'HINT', 'RETURN', 'SWEEP', 'REFUND', 'OPERATOR')),
    dirty boolean not null default false,
    attempts integer not null default 0,
    next_at {instant} not null,
    lease_until {instant},
    fence bigint not null default 0,
    last_error text,
    created_at {instant} not null,
    updated_at {instant} not null,
    unique (account_id, kind, resource_id)
);
create index payment_sync_tenant on payment_sync (tenant_id);
create index payment_sync_due on payment_sync (next_at) where status in ('QUEUED', 'RUNNING');
create index payment_sync_dead on payment_sync (tenant_id, updated_at) where status in ('DEAD', 'PARKED');

create table refund (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    payment_id bigint not null references payment (id),
    key text not null unique,
    kind text not null check (kind in ('REQUEST', 'OVERPAYMENT')),
    amount_cents bigint not null check (amount_cents > 0),
    status text not null check (status in ('PROPOSED', 'QUEUED', 'RUNNING', 'PENDING', 'DONE', 'FAILED', 'DISMISSED')),
    reason text not null,
    requested_by_id bigint references app_user (id),
    provider_refund_id text,
    attempts integer not null default 0,
    next_at {instant} not null,
    lease_until {instant},
    fence bigint not null default 0,
    last_error text,
    created_at {instant} not null,
    done_at {instant}
);
create index refund_tenant on refund (tenant_id);
create index refund_branch on refund (branch_id, status);
create index refund_payment on refund (payment_id);
create index refund_requester on refund (requested_by_id);
create index refund_due on refund (next_at) where status in ('QUEUED', 'RUNNING');
create unique index refund_of_provider on refund (payment_id, provider_refund_id) where provider_refund_id is not null;
create unique index refund_proposed on refund (payment_id) where status = 'PROPOSED';

create table money_incident (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint references branch (id),
    kind text not null check (kind in ('ORPHAN', 'AMOUNT_DIFFERS', 'CURRENCY_DIFFERS', 'ACCOUNT_DIFFERS', 'UNKNOWN_STATUS',
        'ILLEGAL_MOVE', 'OVERPAID', 'LATE_PAYMENT', 'DISPUTED', 'CHARGED_BACK', 'REOPENED', 'REFUND_FAILED',
        'CREDENTIALS_BROKEN')),
    key text not null,
    account_id bigint references provider_account (id),
    check_id bigint references guest_check (id),
    payment_id bigint references payment (id),
    detail text not null,
    created_at {instant} not null,
    resolved_at {instant},
    resolved_by_id bigint references app_user (id),
    unique (tenant_id, key)
);
create index money_incident_branch on money_incident (branch_id, created_at);
create index money_incident_account on money_incident (account_id);
create index money_incident_check on money_incident (check_id);
create index money_incident_payment on money_incident (payment_id);
create index money_incident_resolver on money_incident (resolved_by_id);

create table reconciliation (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    account_id bigint not null references provider_account (id),
    day {date} not null,
    report {json} not null,
    created_at {instant} not null,
    unique (branch_id, account_id, day)
);
create index reconciliation_tenant on reconciliation (tenant_id);
create index reconciliation_account on reconciliation (account_id);
"}
