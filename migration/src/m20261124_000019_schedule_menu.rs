//! Hours in which categories and products are served, and an 86 that ends by itself or begins with the last portion.
//!
//! `service_hours` holds the windows of `domain::menu::ServiceHours`; null means always. From `restricted_until` on,
//! neither `is_available` nor `remaining` holds any longer: readers judge by the clock, housekeeping only tidies up.

crate::dialect::migration! {"
alter table category add column service_hours {json};
alter table product add column service_hours {json};
alter table branch_product add column remaining integer check (remaining >= 0);
alter table branch_product add column restricted_until {instant};
create index branch_product_restricted on branch_product (restricted_until) where restricted_until is not null;
"}
