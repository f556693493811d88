//! What was tendered towards checks, and which part of it covers which charge.
//!
//! The ledger is append-only: a reversal is a negative row. A trigger adds every row to its charge, its payment and its
//! check, whose CHECKs then hold the sums (design.md §6, I8): no statement can allocate more than was paid or owed, not
//! even one typed by hand.

crate::dialect::migration! {"
create table provider_account (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint references branch (id),
    provider text not null check (provider in ('MERCADO_PAGO')),
    external_id text,
    currency text not null check (currency in ('ARS', 'BRL', 'CLP', 'COP', 'MXN', 'PEN', 'UYU')),
    sealed text not null,
    version bigint not null default 0,
    webhook_token text not null unique,
    webhook_mode text not null check (webhook_mode in ('strict', 'hint')),
    status text not null check (status in ('ACTIVE', 'BROKEN', 'DISABLED')),
    token_expires_at {instant},
    refresh_lease_until {instant},
    swept_until {instant},
    created_at {instant} not null,
    updated_at {instant} not null
);
create index provider_account_tenant on provider_account (tenant_id);
create index provider_account_branch on provider_account (branch_id);
create unique index provider_account_one on provider_account (tenant_id, coalesce(branch_id, 0), provider)
    where status <> 'DISABLED';

create table checkout (
    id text primary key not null,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    check_id bigint not null references guest_check (id),
    account_id bigint not null references provider_account (id),
    diner_id bigint references diner (id),
    amount_cents bigint not null check (amount_cents > 0),
    tip_cents bigint not null default 0 check (tip_cents >= 0),
    currency text not null check (currency in ('ARS', 'BRL', 'CLP', 'COP', 'MXN', 'PEN', 'UYU')),
    targets {json} not null,
    status text not null check (status in ('CREATING', 'OPEN', 'EXPIRED', 'FAILED')),
    provider_ref text,
    redirect_url text,
    created_at {instant} not null,
    expires_at {instant} not null,
    sweep_at {instant},
    unique (account_id, provider_ref)
);
create index checkout_tenant on checkout (tenant_id);
create index checkout_branch on checkout (branch_id);
create index checkout_check on checkout (check_id);
create index checkout_diner on checkout (diner_id);
create index checkout_due on checkout (sweep_at) where sweep_at is not null;

create table payment (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    check_id bigint references guest_check (id),
    tender text not null check (tender in ('CASH', 'CARD_PHYSICAL', 'TRANSFER_EXTERNAL', 'OTHER_MANUAL', 'MERCADO_PAGO')),
    status text not null check (status in ('PENDING', 'IN_PROCESS', 'AUTHORIZED', 'APPROVED', 'IN_MEDIATION', 'REJECTED',
        'CANCELLED', 'REFUNDED', 'CHARGED_BACK', 'UNKNOWN')),
    detail text not null default '',
    currency text not null,
    amount_cents bigint not null check (amount_cents >= 0),
    refunded_cents bigint not null default 0,
    tip_cents bigint not null default 0 check (tip_cents >= 0),
    net_cents bigint not null check (net_cents >= 0),
    allocated_cents bigint not null default 0,
    diner_id bigint references diner (id),
    targets {json} not null,
    registered_by text not null check (registered_by in ('SYSTEM', 'DINER', 'WAITER')),
    registered_by_id bigint references app_user (id),
    received_cents bigint,
    notes text,
    account_id bigint references provider_account (id),
    provider_payment_id text,
    checkout_id text references checkout (id),
    method text,
    provider_updated_at {instant},
    provider_snapshot text,
    seen_at {instant},
    created_at {instant} not null,
    approved_at {instant},
    unique (account_id, provider_payment_id),
    check (refunded_cents >= 0 and refunded_cents <= amount_cents),
    check (net_cents + tip_cents <= amount_cents),
    check (allocated_cents >= 0 and allocated_cents <= net_cents),
    check ((tender = 'MERCADO_PAGO') = (provider_payment_id is not null))
);
create index payment_tenant on payment (tenant_id);
create index payment_branch on payment (branch_id, created_at);
create index payment_check on payment (check_id);
create index payment_diner on payment (diner_id);
create index payment_registrar on payment (registered_by_id);
create index payment_checkout on payment (checkout_id);
create index payment_stale on payment (seen_at) where tender = 'MERCADO_PAGO' and status in ('APPROVED', 'IN_MEDIATION');

create table allocation (
    id {id},
    tenant_id bigint not null references tenant (id),
    check_id bigint not null references guest_check (id),
    payment_id bigint not null references payment (id),
    charge_id bigint not null references charge (id),
    amount_cents bigint not null check (amount_cents <> 0),
    cause text not null,
    created_at {instant} not null
);
create index allocation_tenant on allocation (tenant_id);
create index allocation_check on allocation (check_id);
create index allocation_payment on allocation (payment_id);
create index allocation_charge on allocation (charge_id);
",
postgres: "
create function allocation_counts() returns trigger language plpgsql as $$
begin
    update charge set paid_cents = paid_cents + new.amount_cents where id = new.charge_id and check_id = new.check_id;
    if not found then raise exception 'the charge is of another check' using errcode = 'check_violation'; end if;
    update payment set allocated_cents = allocated_cents + new.amount_cents where id = new.payment_id and check_id = new.check_id;
    if not found then raise exception 'the payment is of another check' using errcode = 'check_violation'; end if;
    update guest_check set paid_cents = paid_cents + new.amount_cents where id = new.check_id;
    return null;
end $$;
create trigger allocation_counts after insert on allocation for each row execute function allocation_counts();
create function allocation_stays() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is append-only' using errcode = 'check_violation';
end $$;
create trigger allocation_stays before update or delete on allocation for each row execute function allocation_stays();
",
sqlite: "
create trigger allocation_counts after insert on allocation begin
    select raise(abort, 'the charge is of another check')
    where not exists (select 1 from charge where id = new.charge_id and check_id = new.check_id);
    select raise(abort, 'the payment is of another check')
    where not exists (select 1 from payment where id = new.payment_id and check_id = new.check_id);
    update charge set paid_cents = paid_cents + new.amount_cents where id = new.charge_id;
    update payment set allocated_cents = allocated_cents + new.amount_cents where id = new.payment_id;
    update guest_check set paid_cents = paid_cents + new.amount_cents where id = new.check_id;
end;
create trigger allocation_never_changes before update on allocation begin
    select raise(abort, 'the ledger is append-only');
end;
create trigger allocation_stays before delete on allocation begin
    select raise(abort, 'the ledger is append-only');
end;
"}
