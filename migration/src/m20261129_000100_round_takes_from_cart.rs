//! What a round took from the shared cart, as a JSON array, and the phone that sent it: a submission without a key is
//! compared with both (I7). Rounds of before, and of staff, have neither.

crate::dialect::migration! {"
alter table round add column taken_from_cart text;
alter table round add column phone_id bigint;
"}
