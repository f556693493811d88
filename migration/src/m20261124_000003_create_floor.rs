//! The floor: sectors, tables, and which waiter has which sector on which day.
//!
//! An assignment without a date stands every day, so a forgotten roster does not lock the waiters out (design.md §9).

crate::dialect::migration! {"
create table sector (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint references branch (id),
    name text not null,
    prefix text not null,
    display_order integer not null default 0,
    is_active boolean not null default true,
    created_at {instant} not null
);
create index sector_tenant on sector (tenant_id);
create index sector_branch on sector (branch_id);
create unique index sector_prefix_active on sector (tenant_id, coalesce(branch_id, 0), prefix) where is_active;

create table dining_table (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    sector_id bigint references sector (id),
    code text not null,
    capacity integer not null default 4 check (capacity > 0),
    status text not null default 'FREE' check (status in ('FREE', 'ACTIVE', 'PAYING', 'OUT_OF_SERVICE')),
    is_active boolean not null default true,
    created_at {instant} not null
);
create index dining_table_tenant on dining_table (tenant_id);
create index dining_table_sector on dining_table (sector_id);
create unique index dining_table_code_active on dining_table (branch_id, code) where is_active;

create table waiter_sector_assignment (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    sector_id bigint not null references sector (id),
    waiter_id bigint not null references app_user (id),
    assignment_date {date},
    shift text check (shift in ('MORNING', 'AFTERNOON', 'NIGHT')),
    is_active boolean not null default true,
    created_at {instant} not null
);
create index waiter_sector_assignment_tenant on waiter_sector_assignment (tenant_id);
create index waiter_sector_assignment_branch on waiter_sector_assignment (branch_id, assignment_date);
create index waiter_sector_assignment_waiter on waiter_sector_assignment (waiter_id);
create unique index waiter_sector_assignment_active on waiter_sector_assignment
    (sector_id, waiter_id, coalesce(assignment_date, '0001-01-01'), coalesce(shift, '')) where is_active;
"}
