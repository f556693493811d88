//! The menu: categories, products, prices per branch, allergens.
//!
//! Product ids start at 101: the diner app has names of its own for 1-14 (design.md §9).
//! A price above `MAX_PRICE` (domain::money) or below zero cannot be stored.

crate::dialect::migration! {"
create table category (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    name text not null,
    icon text,
    image text,
    display_order integer not null default 0,
    is_active boolean not null default true,
    created_at {instant} not null
);
create index category_tenant on category (tenant_id);
create unique index category_name_active on category (branch_id, name) where is_active;

create table subcategory (
    id {id},
    tenant_id bigint not null references tenant (id),
    category_id bigint not null references category (id),
    name text not null,
    image text,
    display_order integer not null default 0,
    is_active boolean not null default true,
    created_at {instant} not null
);
create index subcategory_tenant on subcategory (tenant_id);
create unique index subcategory_name_active on subcategory (category_id, name) where is_active;

create table product (
    id {id_from_101},
    tenant_id bigint not null references tenant (id),
    category_id bigint not null references category (id),
    subcategory_id bigint references subcategory (id),
    name text not null,
    description text,
    image text,
    featured boolean not null default false,
    popular boolean not null default false,
    badge text,
    seal text,
    dietary {json},
    cooking {json},
    is_active boolean not null default true,
    created_at {instant} not null
);
{ids_from_101 product}
create index product_tenant on product (tenant_id);
create index product_category on product (category_id);
create index product_subcategory on product (subcategory_id);

create table branch_product (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    product_id bigint not null references product (id),
    price_cents bigint not null check (price_cents between 0 and 10000000),
    is_available boolean not null default true,
    unique (branch_id, product_id)
);
create index branch_product_tenant on branch_product (tenant_id);
create index branch_product_product on branch_product (product_id);

create table allergen (
    id {id},
    tenant_id bigint not null references tenant (id),
    name text not null,
    icon text,
    description text,
    is_mandatory boolean not null default false,
    severity text not null default 'moderate' check (severity in ('mild', 'moderate', 'severe', 'life_threatening')),
    is_active boolean not null default true,
    created_at {instant} not null
);
create unique index allergen_name_active on allergen (tenant_id, name) where is_active;

create table cross_reaction (
    id {id},
    tenant_id bigint not null references tenant (id),
    allergen_id bigint not null references allergen (id),
    cross_reacts_with_id bigint not null references allergen (id) check (cross_reacts_with_id <> allergen_id),
    probability text not null default 'medium' check (probability in ('high', 'medium', 'low')),
    notes text,
    is_active boolean not null default true
);
create index cross_reaction_tenant on cross_reaction (tenant_id);
create index cross_reaction_other on cross_reaction (cross_reacts_with_id);
create unique index cross_reaction_pair_active on cross_reaction (allergen_id, cross_reacts_with_id) where is_active;

create table product_allergen (
    id {id},
    tenant_id bigint not null references tenant (id),
    product_id bigint not null references product (id),
    allergen_id bigint not null references allergen (id),
    presence text not null check (presence in ('contains', 'may_contain', 'free_from')),
    unique (product_id, allergen_id, presence)
);
create index product_allergen_tenant on product_allergen (tenant_id);
create index product_allergen_allergen on product_allergen (allergen_id);
"}
