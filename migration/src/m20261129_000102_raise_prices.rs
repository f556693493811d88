//! The highest price is a thousand million payable units: of a currency without fractions that is 100,000,000,000
//! hundredths.
//!
//! SQLite cannot change a CHECK, so its tables are made anew, with the numbers that their next rows get. Rows that
//! refer to them wait for them until the transaction ends. A charge forgets an item that is deleted, so what it is for
//! is kept aside.

crate::dialect::migration! {"

",
postgres: "
alter table branch_product
    drop constraint branch_product_price_cents_check,
    add constraint branch_product_price_cents_check check (price_cents between 0 and 100000000000);
alter table round_item
    drop constraint round_item_unit_price_cents_check,
    add constraint round_item_unit_price_cents_check check (unit_price_cents between 0 and 100000000000);
alter table recipe
    drop constraint recipe_cost_cents_check,
    drop constraint recipe_suggested_price_cents_check,
    add constraint recipe_cost_cents_check check (cost_cents between 0 and 100000000000),
    add constraint recipe_suggested_price_cents_check check (suggested_price_cents between 0 and 100000000000);
alter table promotion
    drop constraint promotion_price_cents_check,
    add constraint promotion_price_cents_check check (price_cents between 0 and 100000000000);
alter table customization
    drop constraint customization_extra_cost_cents_check,
    add constraint customization_extra_cost_cents_check check (extra_cost_cents between 0 and 100000000000);
",
sqlite: "
pragma defer_foreign_keys = on;
create table former_sequence as select * from sqlite_sequence where name in ('branch_product', 'round_item', 'recipe', 'promotion', 'customization');
create table former_branch_product as select * from branch_product;
drop table branch_product;
create table branch_product (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    product_id bigint not null references product (id),
    price_cents bigint not null check (price_cents between 0 and 100000000000),
    is_available boolean not null default true,
    remaining integer check (remaining >= 0),
    restricted_until text,
    unique (branch_id, product_id)
);
insert into branch_product select * from former_branch_product;
drop table former_branch_product;
create index branch_product_tenant on branch_product (tenant_id);
create index branch_product_product on branch_product (product_id);
create index branch_product_restricted on branch_product (restricted_until) where restricted_until is not null;
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
    station text not null check (station in ('BAR', 'HOT_KITCHEN', 'COLD_KITCHEN', 'GRILL', 'PASTRY', 'OTHER')),
    voided_at text,
    void_reason text,
    voided_by_id bigint references app_user (id),
    modifiers text,
    customizations text,
    promotion_id bigint references promotion (id),
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
create table former_recipe as select * from recipe;
drop table recipe;
create table recipe (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    product_id bigint references product (id),
    subcategory_id bigint references subcategory (id),
    name text not null,
    name_key text not null,
    description text,
    short_description text,
    image text,
    cuisine_type text,
    difficulty text,
    prep_time_minutes integer check (prep_time_minutes >= 0),
    cook_time_minutes integer check (cook_time_minutes >= 0),
    servings integer check (servings > 0),
    calories_per_serving integer check (calories_per_serving >= 0),
    ingredients text,
    preparation_steps text,
    chef_notes text,
    presentation_tips text,
    storage_instructions text,
    dietary_tags text,
    flavors text,
    textures text,
    cooking_methods text,
    uses_oil boolean not null default false,
    is_celiac_safe boolean not null default false,
    allergen_notes text,
    modifications text,
    warnings text,
    cost_cents bigint check (cost_cents between 0 and 100000000000),
    suggested_price_cents bigint check (suggested_price_cents between 0 and 100000000000),
    yield_quantity text,
    yield_unit text,
    portion_size text,
    risk_level text not null default 'low' check (risk_level in ('low', 'medium', 'high')),
    custom_rag_disclaimer text,
    is_ingested boolean not null default false,
    last_ingested_at text,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_by_id bigint references app_user (id),
    created_at text not null,
    check (cost_cents <= suggested_price_cents)
);
insert into recipe select * from former_recipe;
drop table former_recipe;
create index recipe_tenant on recipe (tenant_id);
create index recipe_product on recipe (product_id);
create index recipe_subcategory on recipe (subcategory_id);
create index recipe_deletion on recipe (deletion_id);
create index recipe_author on recipe (created_by_id);
create index recipe_branch on recipe (branch_id);
create unique index recipe_name_standing on recipe (branch_id, name_key) where deletion_id is null;
create table former_promotion as select * from promotion;
drop table promotion;
create table promotion (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    name text not null,
    description text,
    image text,
    price_cents bigint not null check (price_cents between 0 and 100000000000),
    start_date text not null,
    end_date text not null,
    start_time text not null,
    end_time text not null,
    promotion_type_id text,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at text not null,
    updated_at text,
    check (start_date <= end_date),
    check (start_time <= end_time)
);
insert into promotion select * from former_promotion;
drop table former_promotion;
create index promotion_deletion on promotion (deletion_id);
create index promotion_tenant on promotion (tenant_id);
create table former_customization as select * from customization;
drop table customization;
create table customization (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    name text not null,
    category text,
    extra_cost_cents bigint not null check (extra_cost_cents between 0 and 100000000000),
    display_order integer not null default 0,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at text not null
);
insert into customization select * from former_customization;
drop table former_customization;
create index customization_deletion on customization (deletion_id);
create index customization_tenant on customization (tenant_id);
create unique index customization_name_active on customization (tenant_id, name, coalesce(category, ''))
    where is_active;
delete from sqlite_sequence where name in ('branch_product', 'round_item', 'recipe', 'promotion', 'customization');
insert into sqlite_sequence select * from former_sequence;
drop table former_sequence;
"}
