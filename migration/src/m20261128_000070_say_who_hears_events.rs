//! Whom an event is for is stored with it, in the letters of design.md §3 (`A Ws K S`): whoever delivers it needs to
//! know no type. Rows of before say nothing and go by their type.

crate::dialect::migration! {"
alter table event add column audience text;
"}
