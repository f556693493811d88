//! Who works here, as what and where; their refresh tokens.
//!
//! `token_version` is the lever of revocation: an access token names the version it was made for.

crate::dialect::migration! {"
create table app_user (
    id {id},
    tenant_id bigint not null references tenant (id),
    email text not null,
    password_hash text not null,
    first_name text,
    last_name text,
    phone text,
    dni text,
    hire_date text,
    totp_secret text,
    totp_enabled_at {instant},
    totp_last_step bigint,
    token_version bigint not null default 1,
    is_active boolean not null default true,
    created_at {instant} not null
);
create index app_user_tenant on app_user (tenant_id);
create unique index app_user_email_active on app_user (email) where is_active;

create table user_branch_role (
    id {id},
    tenant_id bigint not null references tenant (id),
    user_id bigint not null references app_user (id),
    branch_id bigint not null references branch (id),
    role text not null check (role in ('ADMIN', 'KITCHEN', 'MANAGER', 'WAITER')),
    unique (user_id, branch_id, role)
);
create index user_branch_role_tenant on user_branch_role (tenant_id);
create index user_branch_role_branch on user_branch_role (branch_id);

create table refresh_token (
    id {id},
    tenant_id bigint not null references tenant (id),
    user_id bigint not null references app_user (id),
    family text not null,
    token_hash text not null unique,
    created_at {instant} not null,
    expires_at {instant} not null,
    used_at {instant},
    revoked_at {instant}
);
create index refresh_token_tenant on refresh_token (tenant_id);
create index refresh_token_user on refresh_token (user_id);
create index refresh_token_family on refresh_token (family);
create index refresh_token_expiry on refresh_token (expires_at);
"}
