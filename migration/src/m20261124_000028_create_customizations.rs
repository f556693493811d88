//! Modifiers: what diners choose of a product, at a price on top of its own.
//!
//! A cart line is a product and what is chosen of it, so the same dish may stand in a cart twice; `choices` is the JSON
//! array of `domain::menu::Choices`, which is the same text for the same choice. A round's line keeps names and prices
//! as they were: `customizations` for programs, `modifiers` for the people who cook and pay.

crate::dialect::migration! {"
create table customization (
    id {id},
    tenant_id bigint not null references tenant (id),
    name text not null,
    category text,
    extra_cost_cents bigint not null check (extra_cost_cents between 0 and 10000000),
    display_order integer not null default 0,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at {instant} not null
);
create index customization_deletion on customization (deletion_id);
create index customization_tenant on customization (tenant_id);
create unique index customization_name_active on customization (tenant_id, name, coalesce(category, ''))
    where is_active;

create table customization_product (
    customization_id bigint not null references customization (id),
    product_id bigint not null references product (id),
    tenant_id bigint not null references tenant (id),
    primary key (customization_id, product_id)
);
create index customization_product_product on customization_product (product_id);
create index customization_product_tenant on customization_product (tenant_id);

alter table round_item add column modifiers text;
alter table round_item add column customizations {json};
",
postgres: "
alter table cart_item add column choices text not null default '[]';
alter table cart_item drop constraint cart_item_session_id_diner_id_product_id_key;
create unique index cart_item_line on cart_item (session_id, diner_id, product_id, choices);
",
sqlite: "
create table cart_item_by_choice (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    session_id bigint not null references table_session (id),
    diner_id bigint not null references diner (id),
    product_id bigint not null references product (id),
    quantity integer not null check (quantity between 1 and 99),
    notes text,
    created_at text not null,
    told_at text,
    settle_at text,
    choices text not null default '[]'
);
insert into cart_item_by_choice (id, tenant_id, session_id, diner_id, product_id, quantity, notes, created_at, told_at, settle_at)
    select id, tenant_id, session_id, diner_id, product_id, quantity, notes, created_at, told_at, settle_at from cart_item;
insert into sqlite_sequence (name, seq)
    select 'cart_item_by_choice', 0 where not exists (select 1 from sqlite_sequence where name = 'cart_item_by_choice');
update sqlite_sequence set seq = coalesce((select old.seq from sqlite_sequence old where old.name = 'cart_item'), 0)
    where name = 'cart_item_by_choice';
drop table cart_item;
alter table cart_item_by_choice rename to cart_item;
create index cart_item_tenant on cart_item (tenant_id);
create index cart_item_diner on cart_item (diner_id);
create index cart_item_product on cart_item (product_id);
create index cart_item_unsettled on cart_item (settle_at) where settle_at is not null;
create unique index cart_item_line on cart_item (session_id, diner_id, product_id, choices);
"}
