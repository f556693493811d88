//! Which migrations only add. The release before works on with them, so its processes are replaced one after another.
//! The rules stand in docs/upgrading.md; `tests/it/upgrade` compares the schema with that of [`BASE`].

/// The last migration of 0.1.0, the oldest release whose processes are replaced one after another.
pub const BASE: &str = "m20261130_000191_note_backups";

/// Those after [`BASE`] that take something away which the release before reads or writes: that release is stopped
/// before the update, and does not start afterwards.
const BREAKING: &[&str] = &[];

/// Whether the release before goes on beside this migration, one that the program knows.
#[must_use]
pub fn is_additive(migration: &str) -> bool {
    // Names begin with their date and number.
    migration > BASE && !BREAKING.contains(&migration)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Migrator, MigratorTrait};

    #[test]
    fn only_what_came_after_the_first_release_is_additive() {
        assert!(!is_additive(BASE) && !is_additive("m20261124_000001_create_tenancy"));
        assert!(is_additive("m20270101_000300_later"));
    }

    #[test]
    fn the_list_names_migrations_and_stands_in_the_order_of_names() {
        let names: Vec<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
        assert!(names.is_sorted(), "{names:?}");
        for named in BREAKING.iter().chain([&BASE]) {
            assert!(names.iter().any(|name| name == named), "{named}");
        }
    }
}
