//! Movements of cash speak of a provider by its id, as payments do: one spelling in the database. What the shipped
//! clients call it is the code's to say (`domain::payment::Provider::word`).
//!
//! SQLite cannot drop a CHECK, so its table is made anew, with the number that its next row gets. Rows that refer to it
//! wait for it until the transaction ends.

crate::dialect::migration! {"

",
postgres: "
do $$
declare found text;
begin
    for found in select conname from pg_constraint where contype = 'c' and conrelid = 'cash_movement'::regclass
        and pg_get_constraintdef(oid) like '%MERCADOPAGO%'
    loop
        execute format('alter table cash_movement drop constraint %I', found);
    end loop;
end $$;
update cash_movement set payment_method = 'MERCADO_PAGO' where payment_method = 'MERCADOPAGO';
alter table cash_movement add constraint cash_movement_method_id check (payment_method = upper(payment_method) and length(payment_method) between 2 and 31);
",
sqlite: "
pragma defer_foreign_keys = on;
create table former_sequence as select * from sqlite_sequence where name = 'cash_movement';
create table former_cash_movement as select * from cash_movement;
drop table cash_movement;
create table cash_movement (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    cash_session_id bigint not null references cash_session (id),
    movement_type text not null check (movement_type in ('SALE', 'REFUND', 'EXPENSE', 'DEPOSIT', 'WITHDRAWAL', 'TIP_IN')),
    amount_cents bigint not null check (amount_cents <> 0),
    payment_method text not null constraint cash_movement_method_id check (payment_method = upper(payment_method) and length(payment_method) between 2 and 31),
    description text,
    reference_type text,
    reference_id bigint,
    payment_id bigint references payment (id),
    created_by_id bigint references app_user (id),
    created_at text not null,
    check ((movement_type in ('REFUND', 'EXPENSE', 'WITHDRAWAL')) = (amount_cents < 0))
);
insert into cash_movement select * from former_cash_movement;
delete from sqlite_sequence where name = 'cash_movement';
insert into sqlite_sequence select * from former_sequence;
drop table former_cash_movement;
drop table former_sequence;
create index cash_movement_tenant on cash_movement (tenant_id);
create index cash_movement_session on cash_movement (cash_session_id, created_at);
create index cash_movement_payment on cash_movement (payment_id);
create index cash_movement_author on cash_movement (created_by_id);
update cash_movement set payment_method = 'MERCADO_PAGO' where payment_method = 'MERCADOPAGO';
"}
