//! A diner that staff removed stays, for the rounds that name it, and is of the party no more. `phone_id` is the phone
//! that registered it first; diners of before there were phones have none.

crate::dialect::migration! {"
alter table diner add column phone_id bigint references session_phone (id);
alter table diner add column removed_at {instant};
create index diner_first_phone on diner (phone_id);
"}
