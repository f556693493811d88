//! A row for each process that its health reports write: whether the database can store something is known by storing
//! something, and whether it is still the same database by finding it again.

crate::dialect::migration! {"
create table write_probe (
    process text primary key,
    mark text not null,
    written_at {instant} not null
);
"}
