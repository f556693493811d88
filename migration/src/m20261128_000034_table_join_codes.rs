//! The secret in a table's QR code. It comes into being when the code is first printed, so a table that was laid by an
//! older process has none for as long. It is looked up by its digest: how long that takes tells nothing about the code.

crate::dialect::migration! {"
alter table dining_table add column join_code text;
alter table dining_table add column join_code_digest text;
create unique index dining_table_join_code on dining_table (join_code_digest) where join_code_digest is not null;
"}
