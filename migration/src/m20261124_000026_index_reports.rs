//! What the reports read by day, found without reading the years before.

crate::dialect::migration! {"
create index payment_counted on payment (branch_id, (coalesce(approved_at, created_at)));
create index round_submitted on round (branch_id, submitted_at);
create index table_session_opened on table_session (branch_id, opened_at);
create index service_call_created on service_call (branch_id, created_at);
create index round_item_voided on round_item (tenant_id, voided_at) where voided_at is not null;
create index guest_check_owing on guest_check (branch_id) where status <> 'PAID';
"}
