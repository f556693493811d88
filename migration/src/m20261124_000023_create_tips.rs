//! Tips, the pools that share them out, and the shares.
//!
//! A tip that came with a payment follows that payment: the transaction that changes what the payment is worth changes
//! the tip. A tip left on the table is entered by hand.

crate::dialect::migration! {"
create table tip (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    amount_cents bigint not null check (amount_cents >= 0),
    payment_method text not null check (payment_method in ('CASH', 'CARD', 'TRANSFER', 'MERCADOPAGO', 'OTHER')),
    waiter_id bigint references app_user (id),
    session_id bigint references table_session (id),
    check_id bigint references guest_check (id),
    payment_id bigint unique references payment (id),
    pool_id bigint,
    distributed_at {instant},
    created_at {instant} not null
);
create index tip_tenant on tip (tenant_id);
create index tip_branch on tip (branch_id, created_at);
create index tip_waiter on tip (waiter_id);
create index tip_session on tip (session_id);
create index tip_check on tip (check_id);

create table tip_pool (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    name text not null,
    waiter_percent integer not null check (waiter_percent between 0 and 100),
    kitchen_percent integer not null check (kitchen_percent between 0 and 100),
    other_percent integer not null check (other_percent between 0 and 100),
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at {instant} not null,
    check (waiter_percent + kitchen_percent + other_percent = 100)
);
create index tip_pool_tenant on tip_pool (tenant_id);
create index tip_pool_deletion on tip_pool (deletion_id);
create unique index tip_pool_name_active on tip_pool (branch_id, name) where is_active;

create table tip_share (
    id {id},
    tenant_id bigint not null references tenant (id),
    tip_id bigint not null references tip (id),
    role text not null check (role in ('ADMIN', 'KITCHEN', 'MANAGER', 'WAITER')),
    amount_cents bigint not null check (amount_cents > 0),
    user_id bigint references app_user (id),
    created_at {instant} not null,
    unique (tip_id, role)
);
create index tip_share_tenant on tip_share (tenant_id);
create index tip_share_user on tip_share (user_id);

insert into tip (tenant_id, branch_id, amount_cents, payment_method, waiter_id, session_id, check_id, payment_id, created_at)
select p.tenant_id, p.branch_id, p.tip_cents,
       case p.tender when 'CASH' then 'CASH' when 'CARD_PHYSICAL' then 'CARD' when 'TRANSFER_EXTERNAL' then 'TRANSFER'
                     when 'MERCADO_PAGO' then 'MERCADOPAGO' else 'OTHER' end,
       coalesce(s.assigned_waiter_id, s.opened_by_waiter_id, p.registered_by_id), k.session_id, p.check_id, p.id, p.created_at
from payment p left join guest_check k on k.id = p.check_id left join table_session s on s.id = k.session_id
where p.tip_cents > 0 and p.status in ('APPROVED', 'IN_MEDIATION', 'REFUNDED');
"}
