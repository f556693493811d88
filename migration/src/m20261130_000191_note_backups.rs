//! The last backup of this database, so that every process can say how old it is: one row, which each backup replaces.

crate::dialect::migration! {"
create table last_backup (
    id integer not null primary key check (id = 1),
    taken_at {instant} not null,
    bytes bigint not null check (bytes > 0)
);
"}
