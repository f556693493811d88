//! What staff changed: who, what, before, after. Written by the transaction of the change (design.md §7).

crate::dialect::migration! {"
create table audit_log (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint references branch (id),
    user_id bigint references app_user (id),
    user_email text,
    action text not null,
    entity_type text not null,
    entity_id bigint,
    old_values {json},
    new_values {json},
    ip_address text,
    user_agent text,
    created_at {instant} not null
);
create index audit_log_tenant on audit_log (tenant_id, created_at);
create index audit_log_branch on audit_log (branch_id);
create index audit_log_user on audit_log (user_id);
"}
