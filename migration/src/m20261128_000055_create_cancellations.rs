//! Payments that the office calls off. The wish is committed before the provider hears of it, so that nobody who hangs
//! up takes it back half-way; a worker carries it out, and whoever waits reads here what came of it.
//!
//! `command` is the idempotency key it came with: the same command again is told the same.

crate::dialect::migration! {"
create table cancellation (
    id {id},
    tenant_id bigint not null references tenant (id),
    payment_id bigint not null references payment (id),
    requested_by_id bigint not null references app_user (id),
    command text,
    status text not null check (status in ('QUEUED', 'RUNNING', 'ACCEPTED', 'REFUSED', 'FAILED')),
    failure text check (failure in ('UNAVAILABLE', 'LOST', 'REJECTED', 'UNAUTHORIZED')),
    retry_after integer,
    last_error text,
    lease_until {instant},
    fence bigint not null default 0,
    created_at {instant} not null,
    done_at {instant},
    check ((status = 'FAILED') = (failure is not null))
);
create index cancellation_tenant on cancellation (tenant_id);
create index cancellation_payment on cancellation (payment_id);
create index cancellation_requester on cancellation (requested_by_id);
create index cancellation_due on cancellation (created_at) where status in ('QUEUED', 'RUNNING');
create unique index cancellation_open on cancellation (payment_id) where status in ('QUEUED', 'RUNNING');
"}
