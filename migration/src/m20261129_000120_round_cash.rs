//! What a branch rounds cash to at the end of a bill, in payable units of its currency; nothing where it is null. What
//! rounding took off a check is a discount and what it added is a charge, each marked as such.

crate::dialect::migration! {"
alter table branch add column cash_rounding bigint check (cash_rounding between 1 and 100);
alter table check_discount add column rounding boolean not null default false;
alter table charge add column rounding boolean not null default false;
"}
