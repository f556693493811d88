//! Money that staff take while no drawer session is open waits here for the next one, which books it; an incident says
//! so. A branch may refuse cash then instead.
//!
//! SQLite cannot change a CHECK, so its table of incidents is made anew, with the number that its next row gets.

crate::dialect::migration! {"
alter table branch add column cash_without_session text not null default 'warn'
    check (cash_without_session in ('warn', 'refuse'));

create table cash_waiting (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    payment_id bigint not null references payment (id),
    movement_type text not null check (movement_type in ('SALE', 'REFUND', 'EXPENSE', 'DEPOSIT', 'WITHDRAWAL', 'TIP_IN')),
    amount_cents bigint not null check (amount_cents <> 0),
    payment_method text not null,
    business_day {date} not null,
    created_by_id bigint not null references app_user (id),
    created_at {instant} not null
);
create index cash_waiting_tenant on cash_waiting (tenant_id);
create index cash_waiting_branch on cash_waiting (branch_id, id);
create index cash_waiting_payment on cash_waiting (payment_id);
create index cash_waiting_author on cash_waiting (created_by_id);
",
postgres: "
do $$
declare found text;
begin
    for found in select conname from pg_constraint where contype = 'c' and conrelid = 'money_incident'::regclass
        and pg_get_constraintdef(oid) like '%ORPHAN%'
    loop
        execute format('alter table money_incident drop constraint %I', found);
    end loop;
end $$;
alter table money_incident add constraint money_incident_kind_check check (kind in (
        'ORPHAN', 'AMOUNT_DIFFERS', 'CURRENCY_DIFFERS', 'ACCOUNT_DIFFERS', 'UNKNOWN_STATUS', 'ILLEGAL_MOVE', 'OVERPAID',
        'LATE_PAYMENT', 'DISPUTED', 'CHARGED_BACK', 'REOPENED', 'REFUND_FAILED', 'CREDENTIALS_BROKEN', 'CASH_UNBOOKED'));
",
sqlite: "
pragma defer_foreign_keys = on;
create table former_sequence as select * from sqlite_sequence where name = 'money_incident';
create table former_money_incident as select * from money_incident;
drop table money_incident;
create table money_incident (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint references branch (id),
    kind text not null check (kind in ('ORPHAN', 'AMOUNT_DIFFERS', 'CURRENCY_DIFFERS', 'ACCOUNT_DIFFERS', 'UNKNOWN_STATUS', 'ILLEGAL_MOVE', 'OVERPAID',
        'LATE_PAYMENT', 'DISPUTED', 'CHARGED_BACK', 'REOPENED', 'REFUND_FAILED', 'CREDENTIALS_BROKEN', 'CASH_UNBOOKED')),
    key text not null,
    account_id bigint references provider_account (id),
    check_id bigint references guest_check (id),
    payment_id bigint references payment (id),
    detail text not null,
    created_at text not null,
    resolved_at text,
    resolved_by_id bigint references app_user (id),
    unique (tenant_id, key)
);
insert into money_incident select * from former_money_incident;
delete from sqlite_sequence where name = 'money_incident';
insert into sqlite_sequence select * from former_sequence;
drop table former_money_incident;
drop table former_sequence;
create index money_incident_branch on money_incident (branch_id, created_at);
create index money_incident_account on money_incident (account_id);
create index money_incident_check on money_incident (check_id);
create index money_incident_payment on money_incident (payment_id);
create index money_incident_resolver on money_incident (resolved_by_id);
"}
