//! Promotions: products at a price of their own for a while, in the branches that take part. Times are `HH:mm` on each
//! branch's own clock; `promotion_type_id` is the dashboard's word, which means nothing here.

crate::dialect::migration! {"
create table promotion (
    id {id},
    tenant_id bigint not null references tenant (id),
    name text not null,
    description text,
    image text,
    price_cents bigint not null check (price_cents between 0 and 10000000),
    start_date {date} not null,
    end_date {date} not null,
    start_time text not null,
    end_time text not null,
    promotion_type_id text,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at {instant} not null,
    updated_at {instant},
    check (start_date <= end_date),
    check (start_time <= end_time)
);
create index promotion_deletion on promotion (deletion_id);
create index promotion_tenant on promotion (tenant_id);

create table promotion_branch (
    promotion_id bigint not null references promotion (id),
    branch_id bigint not null references branch (id),
    tenant_id bigint not null references tenant (id),
    primary key (promotion_id, branch_id)
);
create index promotion_branch_branch on promotion_branch (branch_id);
create index promotion_branch_tenant on promotion_branch (tenant_id);

create table promotion_item (
    promotion_id bigint not null references promotion (id),
    product_id bigint not null references product (id),
    tenant_id bigint not null references tenant (id),
    quantity integer not null check (quantity between 1 and 99),
    primary key (promotion_id, product_id)
);
create index promotion_item_product on promotion_item (product_id);
create index promotion_item_tenant on promotion_item (tenant_id);

alter table round_item add column promotion_id bigint references promotion (id);
create index round_item_promotion on round_item (promotion_id) where promotion_id is not null;
"}
