//! A discount may name the charges that it is for, a manager may give a served dish away, and a part of a line may be
//! struck: that part is a line of its own, which knows the one it was taken from.

crate::dialect::migration! {"
alter table check_discount add column charge_ids {json};
alter table round_item add column split_of_id bigint references round_item (id);
alter table round_item add column approved_by_id bigint references app_user (id);
create index round_item_split on round_item (split_of_id) where split_of_id is not null;
create index round_item_approver on round_item (approved_by_id) where approved_by_id is not null;
"}
