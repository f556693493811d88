//! Looks at what anybody may have made up are forgotten when they are old; this finds them.

crate::dialect::migration! {"
create index payment_sync_made_up on payment_sync (updated_at) where status = 'DONE' and cause in ('HINT', 'RETURN');
"}
