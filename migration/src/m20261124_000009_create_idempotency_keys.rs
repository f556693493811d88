//! Keys of repeated requests, each with the request's fingerprint and the first answer (I7).

crate::dialect::migration! {"
create table idempotency_key (
    id {id},
    tenant_id bigint not null references tenant (id),
    caller text not null,
    key text not null,
    fingerprint text not null,
    status integer,
    response text,
    created_at {instant} not null,
    unique (caller, key)
);
create index idempotency_key_tenant on idempotency_key (tenant_id);
create index idempotency_key_age on idempotency_key (created_at);
"}
