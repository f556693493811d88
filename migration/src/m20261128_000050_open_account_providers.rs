//! An account is with a provider by its id, whichever that is (I14): the set of providers is the code's to know.
//!
//! SQLite cannot drop a CHECK, so its table is made anew, with the number that its next row gets. Rows that refer to it
//! wait for it until the transaction ends.

crate::dialect::migration! {"

",
postgres: "
do $$
declare found text;
begin
    for found in select conname from pg_constraint where contype = 'c' and conrelid = 'provider_account'::regclass
        and pg_get_constraintdef(oid) like '%MERCADO_PAGO%'
    loop
        execute format('alter table provider_account drop constraint %I', found);
    end loop;
end $$;
alter table provider_account add constraint provider_account_provider_id
    check (provider = upper(provider) and length(provider) between 2 and 31);
",
sqlite: "
pragma defer_foreign_keys = on;
create table former_sequence as select * from sqlite_sequence where name = 'provider_account';
create table former_provider_account as select * from provider_account;
drop table provider_account;
create table provider_account (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint references branch (id),
    provider text not null constraint provider_account_provider_id check (provider = upper(provider) and length(provider) between 2 and 31),
    external_id text,
    currency text not null check (currency in ('ARS', 'BRL', 'CLP', 'COP', 'MXN', 'PEN', 'UYU')),
    sealed text not null,
    version bigint not null default 0,
    webhook_token text not null unique,
    webhook_mode text not null check (webhook_mode in ('strict', 'hint')),
    status text not null check (status in ('ACTIVE', 'BROKEN', 'DISABLED')),
    token_expires_at text,
    refresh_lease_until text,
    swept_until text,
    created_at text not null,
    updated_at text not null
);
insert into provider_account select * from former_provider_account;
delete from sqlite_sequence where name = 'provider_account';
insert into sqlite_sequence select * from former_sequence;
drop table former_provider_account;
drop table former_sequence;
create index provider_account_tenant on provider_account (tenant_id);
create index provider_account_branch on provider_account (branch_id);
create unique index provider_account_one on provider_account (tenant_id, coalesce(branch_id, 0), provider)
    where status <> 'DISABLED';
"}
