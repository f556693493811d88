//! Deleting in the office: one row says what was deleted, and every row that went with it points there. A restore
//! brings back exactly those.
//!
//! `is_active` stays what everything asks. It is false for two reasons that must not be mixed up: the office switched
//! the thing off (`deactivated`), or a deletion took it (`deletion_id`). A restore ends the second and keeps the first.

crate::dialect::migration! {"
create table deletion (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint references branch (id),
    entity_type text not null check (entity_type in ('branch', 'category', 'subcategory', 'product', 'allergen', 'cross_reaction', 'sector', 'table', 'staff', 'sector_assignment', 'promotion', 'recipe', 'ingredient_group', 'ingredient', 'sub_ingredient', 'customization', 'tip_pool')),
    entity_id bigint not null,
    deleted_by_id bigint references app_user (id),
    deleted_at {instant} not null,
    restored_at {instant}
);
create index deletion_tenant on deletion (tenant_id);
create index deletion_branch on deletion (branch_id);
create index deletion_by on deletion (deleted_by_id);
create unique index deletion_standing on deletion (entity_type, entity_id) where restored_at is null;

alter table branch add column deletion_id bigint references deletion (id);
alter table branch add column deactivated boolean not null default false;
update branch set deactivated = not is_active;
create index branch_deletion on branch (deletion_id);

alter table category add column deletion_id bigint references deletion (id);
alter table category add column deactivated boolean not null default false;
update category set deactivated = not is_active;
create index category_deletion on category (deletion_id);
create index category_branch on category (branch_id);

alter table subcategory add column deletion_id bigint references deletion (id);
alter table subcategory add column deactivated boolean not null default false;
update subcategory set deactivated = not is_active;
create index subcategory_deletion on subcategory (deletion_id);
create index subcategory_category on subcategory (category_id);

alter table product add column deletion_id bigint references deletion (id);
alter table product add column deactivated boolean not null default false;
update product set deactivated = not is_active;
create index product_deletion on product (deletion_id);

alter table allergen add column deletion_id bigint references deletion (id);
alter table allergen add column deactivated boolean not null default false;
update allergen set deactivated = not is_active;
create index allergen_deletion on allergen (deletion_id);

alter table cross_reaction add column deletion_id bigint references deletion (id);
alter table cross_reaction add column deactivated boolean not null default false;
update cross_reaction set deactivated = not is_active;
create index cross_reaction_deletion on cross_reaction (deletion_id);

alter table sector add column deletion_id bigint references deletion (id);
alter table sector add column deactivated boolean not null default false;
update sector set deactivated = not is_active;
create index sector_deletion on sector (deletion_id);

alter table dining_table add column deletion_id bigint references deletion (id);
alter table dining_table add column deactivated boolean not null default false;
update dining_table set deactivated = not is_active;
create index dining_table_deletion on dining_table (deletion_id);

alter table app_user add column deletion_id bigint references deletion (id);
alter table app_user add column deactivated boolean not null default false;
update app_user set deactivated = not is_active;
create index app_user_deletion on app_user (deletion_id);

alter table waiter_sector_assignment add column deletion_id bigint references deletion (id);
alter table waiter_sector_assignment add column deactivated boolean not null default false;
update waiter_sector_assignment set deactivated = not is_active;
create index waiter_sector_assignment_deletion on waiter_sector_assignment (deletion_id);
"}
