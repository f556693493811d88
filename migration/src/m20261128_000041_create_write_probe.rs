//! One row that health reports write: whether the database can store something is known by storing something.

crate::dialect::migration! {"
create table write_probe (
    id bigint primary key check (id = 1),
    mark text not null
);
insert into write_probe (id, mark) values (1, '');
"}
