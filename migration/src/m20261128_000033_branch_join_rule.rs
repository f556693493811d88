//! How phones join the tables of a branch: by number and code, as ever, or by the secret in the QR code only.

crate::dialect::migration! {"
alter table branch add column join_rule text not null default 'open' check (join_rule in ('open', 'qr_secret'));
"}
