//! The business and its branches.
//!
//! `menu_version` rises with every change to what the branch offers, in the transaction of the change: a cached menu is
//! good as long as its version is the branch's, in every process.

crate::dialect::migration! {"
create table tenant (
    id {id},
    name text not null,
    slug text not null unique,
    description text,
    logo text,
    theme_color text not null default '#f97316',
    created_at {instant} not null
);

create table branch (
    id {id},
    tenant_id bigint not null references tenant (id),
    name text not null,
    slug text not null,
    address text,
    phone text,
    timezone text not null,
    opening_time text,
    closing_time text,
    round_confirmation text not null default 'none' check (round_confirmation in ('none', 'waiter')),
    menu_version bigint not null default 1,
    is_active boolean not null default true,
    created_at {instant} not null
);
create index branch_tenant on branch (tenant_id);
create unique index branch_slug_active on branch (slug) where is_active;
"}
