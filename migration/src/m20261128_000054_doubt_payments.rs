//! A provider that does not stamp its changes may serve a stale copy of a payment. A step back is kept here, as what
//! was said and since when, until it is believed or gone (payments.md §5).

crate::dialect::migration! {"
alter table payment add column doubted text;
alter table payment add column doubted_since {instant};
"}
