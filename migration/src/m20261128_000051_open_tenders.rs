//! A payment is tendered in one of the four ways that staff register, or through a provider, by its id. What has a
//! provider's number came through a provider, and nothing else has one.
//!
//! SQLite cannot drop a CHECK, so its table is made anew, with the number that its next row gets. Rows that refer to it
//! wait for it until the transaction ends.

crate::dialect::migration! {"

",
postgres: "
do $$
declare found text;
begin
    for found in select conname from pg_constraint where contype = 'c' and conrelid = 'payment'::regclass
        and pg_get_constraintdef(oid) like '%MERCADO_PAGO%'
    loop
        execute format('alter table payment drop constraint %I', found);
    end loop;
end $$;
alter table payment
    add constraint payment_tender_id check (tender = upper(tender) and length(tender) between 2 and 31),
    add constraint payment_tendered check ((tender in ('CASH', 'CARD_PHYSICAL', 'TRANSFER_EXTERNAL', 'OTHER_MANUAL')) = (provider_payment_id is null));
drop index payment_stale;
create index payment_stale on payment (seen_at)
    where provider_payment_id is not null and status in ('APPROVED', 'IN_MEDIATION');
",
sqlite: "
pragma defer_foreign_keys = on;
create table former_sequence as select * from sqlite_sequence where name = 'payment';
create table former_payment as select * from payment;
drop table payment;
create table payment (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    check_id bigint references guest_check (id),
    tender text not null constraint payment_tender_id check (tender = upper(tender) and length(tender) between 2 and 31),
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
    targets text not null,
    registered_by text not null check (registered_by in ('SYSTEM', 'DINER', 'WAITER')),
    registered_by_id bigint references app_user (id),
    received_cents bigint,
    notes text,
    account_id bigint references provider_account (id),
    provider_payment_id text,
    checkout_id text references checkout (id),
    method text,
    provider_updated_at text,
    provider_snapshot text,
    seen_at text,
    created_at text not null,
    approved_at text,
    unique (account_id, provider_payment_id),
    check (refunded_cents >= 0 and refunded_cents <= amount_cents),
    check (net_cents + tip_cents <= amount_cents),
    check (allocated_cents >= 0 and allocated_cents <= net_cents),
    constraint payment_tendered check ((tender in ('CASH', 'CARD_PHYSICAL', 'TRANSFER_EXTERNAL', 'OTHER_MANUAL')) = (provider_payment_id is null))
);
insert into payment select * from former_payment;
delete from sqlite_sequence where name = 'payment';
insert into sqlite_sequence select * from former_sequence;
drop table former_payment;
drop table former_sequence;
create index payment_tenant on payment (tenant_id);
create index payment_branch on payment (branch_id, created_at);
create index payment_check on payment (check_id);
create index payment_diner on payment (diner_id);
create index payment_registrar on payment (registered_by_id);
create index payment_checkout on payment (checkout_id);
create index payment_stale on payment (seen_at)
    where provider_payment_id is not null and status in ('APPROVED', 'IN_MEDIATION');
create unique index payment_of_provider on payment (tenant_id, tender, provider_payment_id)
    where provider_payment_id is not null;
create index payment_counted on payment (branch_id, (coalesce(approved_at, created_at)));
"}
