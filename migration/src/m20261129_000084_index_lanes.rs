//! The pieces of a lane in the order in which they are taken: a worker reads the first few of each lane, however long
//! the backlog of one is.

crate::dialect::migration! {"
create index work_lane on work (queue, lane, rank, next_at, id) where status in ('QUEUED', 'RUNNING');
"}
