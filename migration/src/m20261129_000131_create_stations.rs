//! Stations are rows of a branch: each branch begins with those that the program knew of. Categories and products name
//! theirs by its code; where they name none, the words of the menu suggest one (`domain::kitchen`).

crate::dialect::migration! {"
create table station (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    code text not null check (length(code) between 1 and 30),
    name text not null,
    display_order integer not null,
    created_at {instant} not null,
    unique (branch_id, code)
);
create index station_tenant on station (tenant_id);
insert into station (tenant_id, branch_id, code, name, display_order, created_at)
    select b.tenant_id, b.id, s.code, s.name, s.place, b.created_at from branch b cross join (
        select 'BAR' as code, 'Barra' as name, 1 as place
        union all select 'HOT_KITCHEN', 'Cocina caliente', 2
        union all select 'COLD_KITCHEN', 'Cocina fría', 3
        union all select 'GRILL', 'Parrilla', 4
        union all select 'PASTRY', 'Postres', 5
        union all select 'OTHER', 'Otro', 6
    ) s order by b.id, s.place;
alter table category add column station text check (length(station) between 1 and 30);
alter table product add column station text check (length(station) between 1 and 30);
"}
