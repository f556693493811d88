//! Indexes that each line of a round was written into for nothing: by business (the index by business and day begins
//! with it), and by persons whom nearly no row names. Who is not named is not in an index; a search for somebody uses
//! it all the same.

crate::dialect::migration! {"
drop index round_item_tenant;
drop index round_item_voider;
create index round_item_voider on round_item (voided_by_id) where voided_by_id is not null;
drop index round_confirmer;
create index round_confirmer on round (confirmed_by_id) where confirmed_by_id is not null;
drop index round_waiter;
create index round_waiter on round (submitted_by_waiter_id) where submitted_by_waiter_id is not null;
"}
