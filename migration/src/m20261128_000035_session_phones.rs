//! The phones of a session: each join has a row, and the table token names it, so that one of them can be sent away.
//!
//! `phones_removed` counts the session's phones that were: where it is 0, and it nearly always is, nobody has to look.

crate::dialect::migration! {"
create table session_phone (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    session_id bigint not null references table_session (id),
    diner_id bigint references diner (id),
    after_check boolean not null default false,
    joined_at {instant} not null,
    removed_at {instant},
    removed_by_id bigint references app_user (id)
);
create index session_phone_tenant on session_phone (tenant_id);
create index session_phone_branch on session_phone (branch_id);
create index session_phone_session on session_phone (session_id);
create index session_phone_diner on session_phone (diner_id);
create index session_phone_remover on session_phone (removed_by_id);
alter table table_session add column phones_removed integer not null default 0;
"}
