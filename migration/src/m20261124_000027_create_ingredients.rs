//! What recipes are made of, and the lists of words they choose from. All of it is the business's, not a branch's.

crate::dialect::migration! {"
create table ingredient_group (
    id {id},
    tenant_id bigint not null references tenant (id),
    name text not null,
    description text,
    icon text,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at {instant} not null
);
create index ingredient_group_deletion on ingredient_group (deletion_id);
create index ingredient_group_tenant on ingredient_group (tenant_id);
create unique index ingredient_group_name_active on ingredient_group (tenant_id, name) where is_active;

create table ingredient (
    id {id},
    tenant_id bigint not null references tenant (id),
    group_id bigint references ingredient_group (id),
    name text not null,
    description text,
    is_processed boolean not null default false,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at {instant} not null
);
create index ingredient_group_id on ingredient (group_id);
create index ingredient_deletion on ingredient (deletion_id);
create index ingredient_tenant on ingredient (tenant_id);
create unique index ingredient_name_active on ingredient (tenant_id, name) where is_active;

create table sub_ingredient (
    id {id},
    tenant_id bigint not null references tenant (id),
    ingredient_id bigint not null references ingredient (id),
    name text not null,
    description text,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at {instant} not null
);
create index sub_ingredient_ingredient on sub_ingredient (ingredient_id);
create index sub_ingredient_deletion on sub_ingredient (deletion_id);
create index sub_ingredient_tenant on sub_ingredient (tenant_id);
create unique index sub_ingredient_name_active on sub_ingredient (ingredient_id, name) where is_active;

create table catalog_entry (
    id {id},
    tenant_id bigint not null references tenant (id),
    catalog text not null check (catalog in ('cooking-methods', 'flavor-profiles', 'texture-profiles', 'cuisine-types')),
    name text not null,
    description text,
    icon text,
    is_active boolean not null default true,
    unique (tenant_id, catalog, name)
);
"}
