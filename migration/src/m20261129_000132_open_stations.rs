//! A ticket is for a station by its code, whichever stations a branch has.
//!
//! SQLite cannot change a CHECK, so its tables are made anew, with the numbers that their next rows get. Rows that
//! refer to them wait for them until the transaction ends. A charge forgets an item that is deleted, so what it is for
//! is kept aside.

crate::dialect::migration! {"",
postgres: "
alter table round_item
    drop constraint round_item_station_check,
    add constraint round_item_station_check check (length(station) between 1 and 30);
alter table kitchen_ticket
    drop constraint kitchen_ticket_station_check,
    add constraint kitchen_ticket_station_check check (length(station) between 1 and 30);
",
sqlite: "
pragma defer_foreign_keys = on;
create table former_sequence as select * from sqlite_sequence where name in ('round_item', 'kitchen_ticket');
create table former_charge as select id, round_item_id from charge where round_item_id is not null;
create table former_round_item as select * from round_item;
drop table round_item;
create table round_item (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    round_id bigint not null references round (id),
    line integer not null,
    product_id bigint not null references product (id),
    product_name text not null,
    qty integer not null check (qty between 1 and 99),
    unit_price_cents bigint not null check (unit_price_cents between 0 and 100000000000),
    notes text,
    diner_id bigint references diner (id),
    station text not null check (length(station) between 1 and 30),
    voided_at text,
    void_reason text,
    voided_by_id bigint references app_user (id),
    modifiers text,
    customizations text,
    promotion_id bigint references promotion (id),
    business_day text,
    voided_business_day text,
    unique (round_id, line),
    check ((voided_at is null) = (void_reason is null))
);
insert into round_item select * from former_round_item;
drop table former_round_item;
update charge set round_item_id = (select round_item_id from former_charge where former_charge.id = charge.id)
    where id in (select id from former_charge);
drop table former_charge;
create index round_item_tenant on round_item (tenant_id);
create index round_item_product on round_item (product_id);
create index round_item_diner on round_item (diner_id);
create index round_item_voider on round_item (voided_by_id);
create index round_item_voided on round_item (tenant_id, voided_at) where voided_at is not null;
create index round_item_promotion on round_item (promotion_id) where promotion_id is not null;
create index round_item_day on round_item (tenant_id, business_day);
create index round_item_voided_day on round_item (tenant_id, voided_business_day) where voided_business_day is not null;
create table former_kitchen_ticket as select * from kitchen_ticket;
drop table kitchen_ticket;
create table kitchen_ticket (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    round_id bigint not null references round (id),
    station text not null check (length(station) between 1 and 30),
    status text not null check (status in ('PENDING', 'IN_PROGRESS', 'READY', 'DELIVERED')),
    priority integer not null default 0,
    notes text,
    created_at text not null,
    started_at text,
    completed_at text,
    delivered_at text
);
insert into kitchen_ticket select * from former_kitchen_ticket;
drop table former_kitchen_ticket;
create index kitchen_ticket_tenant on kitchen_ticket (tenant_id);
create index kitchen_ticket_open on kitchen_ticket (branch_id) where status <> 'DELIVERED';
create unique index kitchen_ticket_station on kitchen_ticket (round_id, station);
delete from sqlite_sequence where name in ('round_item', 'kitchen_ticket');
insert into sqlite_sequence select * from former_sequence;
drop table former_sequence;
"}
