//! Tips speak of a provider by its id, as payments do: one spelling in the database. What the shipped clients call it
//! is the code's to say (`domain::payment::Provider::word`).
//!
//! SQLite cannot drop a CHECK, so its table is made anew, with the number that its next row gets. Rows that refer to it
//! wait for it until the transaction ends.

crate::dialect::migration! {"

",
postgres: "
do $$
declare found text;
begin
    for found in select conname from pg_constraint where contype = 'c' and conrelid = 'tip'::regclass
        and pg_get_constraintdef(oid) like '%MERCADOPAGO%'
    loop
        execute format('alter table tip drop constraint %I', found);
    end loop;
end $$;
update tip set payment_method = 'MERCADO_PAGO' where payment_method = 'MERCADOPAGO';
alter table tip add constraint tip_method_id check (payment_method = upper(payment_method) and length(payment_method) between 2 and 31);
",
sqlite: "
pragma defer_foreign_keys = on;
create table former_sequence as select * from sqlite_sequence where name = 'tip';
create table former_tip as select * from tip;
drop table tip;
create table tip (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    amount_cents bigint not null check (amount_cents >= 0),
    payment_method text not null constraint tip_method_id check (payment_method = upper(payment_method) and length(payment_method) between 2 and 31),
    waiter_id bigint references app_user (id),
    session_id bigint references table_session (id),
    check_id bigint references guest_check (id),
    payment_id bigint unique references payment (id),
    pool_id bigint,
    distributed_at text,
    created_at text not null
);
insert into tip select * from former_tip;
delete from sqlite_sequence where name = 'tip';
insert into sqlite_sequence select * from former_sequence;
drop table former_tip;
drop table former_sequence;
create index tip_tenant on tip (tenant_id);
create index tip_branch on tip (branch_id, created_at);
create index tip_waiter on tip (waiter_id);
create index tip_session on tip (session_id);
create index tip_check on tip (check_id);
update tip set payment_method = 'MERCADO_PAGO' where payment_method = 'MERCADOPAGO';
"}
