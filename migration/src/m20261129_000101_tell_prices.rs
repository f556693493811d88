//! What the table was last told of a cart line: the price of one with what is chosen of it, and whether it can be sent.
//! Lines of before were told neither.

crate::dialect::migration! {"
alter table cart_item add column told_price_cents bigint check (told_price_cents >= 0);
alter table cart_item add column told_available boolean;
"}
