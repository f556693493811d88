//! The migrations that only add, as the program says that made them: one of the release before, which does not know
//! them, goes on and starts again beside them.

crate::dialect::migration! {"
create table schema_addition (
    version text primary key
);
"}
