//! The audit log becomes a chain per business: each row carries its number and a digest over itself and its
//! predecessor's digest, so that a row that is changed, removed or slipped in later is found (`comanda audit verify`).
//!
//! Rows from before have no number; they are the past that the chain does not vouch for. The head is locked last of
//! all but the branch's stream, so numbers are gap-free and in commit order.

crate::dialect::migration! {"
alter table audit_log add column seq bigint;
alter table audit_log add column hash text;
create unique index audit_log_chain on audit_log (tenant_id, seq);
create index audit_log_entity on audit_log (tenant_id, entity_type, entity_id);

create table audit_chain (
    tenant_id bigint not null primary key references tenant (id),
    seq bigint not null check (seq >= 0),
    hash text not null
);
"}
