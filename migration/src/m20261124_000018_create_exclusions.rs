//! What a branch leaves out of the business's menu: whole categories, or parts of them.

crate::dialect::migration! {"
create table branch_category_exclusion (
    branch_id bigint not null references branch (id),
    category_id bigint not null references category (id),
    tenant_id bigint not null references tenant (id),
    primary key (branch_id, category_id)
);
create index branch_category_exclusion_category on branch_category_exclusion (category_id);
create index branch_category_exclusion_tenant on branch_category_exclusion (tenant_id);

create table branch_subcategory_exclusion (
    branch_id bigint not null references branch (id),
    subcategory_id bigint not null references subcategory (id),
    tenant_id bigint not null references tenant (id),
    primary key (branch_id, subcategory_id)
);
create index branch_subcategory_exclusion_subcategory on branch_subcategory_exclusion (subcategory_id);
create index branch_subcategory_exclusion_tenant on branch_subcategory_exclusion (tenant_id);
"}
