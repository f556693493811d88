//! What a notice may take of the disk is bounded. `digest` is the SHA-256 of the whole body and `size` its length, of
//! which `body` is the beginning; `identity` is what makes two notices of one account and day the same, kept once and
//! counted in `times`. Of what was kept before of strangers' words no more stays than would be kept today.

crate::dialect::migration! {"
alter table provider_notice add column day {date};
alter table provider_notice add column identity text;
alter table provider_notice add column digest text;
alter table provider_notice add column size bigint;
alter table provider_notice add column times bigint not null default 1;
update provider_notice set body = substr(body, 1, 1024), query = substr(query, 1, 512)
    where verdict <> 'VERIFIED' and (length(body) > 1024 or length(query) > 512);
create unique index provider_notice_once on provider_notice (account_id, day, identity);
create index provider_notice_age on provider_notice (received_at);
create index provider_notice_unproven on provider_notice (received_at) where verdict <> 'VERIFIED';
"}
