//! The business day is kept with what happened on it, so that a day that is over never changes (I11). Rows from before
//! have none: theirs is the day of their instant in the branch.
//!
//! What a payment came to count for after it came in, a refund or a chargeback, is a row with a day of its own.

crate::dialect::migration! {"
alter table round_item add column business_day {date};
alter table round_item add column voided_business_day {date};
alter table payment add column business_day {date};
alter table refund add column business_day {date};
alter table check_discount add column business_day {date};
alter table cash_movement add column business_day {date};
create index round_item_day on round_item (tenant_id, business_day);
create index round_item_voided_day on round_item (tenant_id, voided_business_day) where voided_business_day is not null;
create index payment_day on payment (branch_id, business_day);

create table payment_change (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    payment_id bigint not null references payment (id),
    business_day {date} not null,
    amount_cents bigint not null,
    net_cents bigint not null,
    tip_cents bigint not null,
    refunded_cents bigint not null,
    charged_back_cents bigint not null,
    created_at {instant} not null,
    check (amount_cents = net_cents + tip_cents + refunded_cents + charged_back_cents)
);
create index payment_change_tenant on payment_change (tenant_id);
create index payment_change_day on payment_change (branch_id, business_day);
create index payment_change_payment on payment_change (payment_id);
"}
