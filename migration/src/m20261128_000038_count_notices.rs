//! How many notices an account got in a day (UTC): those kept that prove nothing and those that are signed, the
//! strangers' ids that were worth a look, and those of which nothing was kept because the day had had its share.

crate::dialect::migration! {"
create table notice_day (
    account_id bigint not null references provider_account (id),
    day {date} not null,
    tenant_id bigint not null references tenant (id),
    unproven bigint not null default 0,
    proven bigint not null default 0,
    hints bigint not null default 0,
    dropped bigint not null default 0,
    primary key (account_id, day)
);
create index notice_day_tenant on notice_day (tenant_id);
create index notice_day_age on notice_day (day);
"}
