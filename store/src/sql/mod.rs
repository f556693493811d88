//! Every SQL text of this crate: written once, registered, and prepared by one test on both databases.
//!
//! [`sql!`] declares a text where it is used, [`built_sql!`] one of a family that differs in a name. Nothing else can
//! be run ([`Text`]), so no statement escapes the registry: `tests.rs` lists all of them, prepares each on SQLite and
//! PostgreSQL, and holds each to the [`Bound`] that it declares (I6).

mod dialect;
mod rule;
#[cfg(test)]
mod tests;

use sea_orm::DbBackend;
use std::{borrow::Cow, sync::OnceLock};

/// What keeps a statement within one business: the parameter that its text compares. The registry's test checks that it
/// does.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// The business: `tenant_id = $n`, or the tenant's own row.
    Tenant,
    /// A branch that the caller's scope admits: `branch_id = $n`.
    Branch,
    /// A session that the caller's scope admits: `session_id = $n`, or the session's own row.
    Session,
    /// Rows named by this column, whose ids come from rows that were read or locked through a scope before.
    Row(&'static str),
    /// Nothing, for this reason.
    Unscoped(&'static str),
}

/// A registered SQL text. Made by [`sql!`] only.
#[derive(Debug)]
pub(crate) struct Sql {
    place: &'static str,
    template: fn() -> String,
    postgres: OnceLock<String>,
    sqlite: OnceLock<String>,
}

impl Sql {
    /// For [`sql!`].
    pub(crate) const fn new(place: &'static str, template: fn() -> String) -> Self {
        Self { place, template, postgres: OnceLock::new(), sqlite: OnceLock::new() }
    }
}

/// A text of a registered family. Made by [`built_sql!`] only.
#[derive(Debug)]
pub(crate) struct BuiltSql {
    place: &'static str,
    template: String,
}

impl BuiltSql {
    /// For [`built_sql!`].
    pub(crate) const fn new(place: &'static str, template: String) -> Self {
        Self { place, template }
    }
}

/// What can be run: a registered text, as the database at hand understands it.
pub(crate) trait Text {
    /// Where it is declared.
    fn place(&self) -> &str;

    /// The text for `backend`.
    fn text(&self, backend: DbBackend) -> Cow<'_, str>;
}

impl Text for Sql {
    fn place(&self) -> &str {
        self.place
    }

    fn text(&self, backend: DbBackend) -> Cow<'_, str> {
        let text = if backend == DbBackend::Postgres { &self.postgres } else { &self.sqlite };
        text.get_or_init(|| dialect::expand(&(self.template)(), backend)).as_str().into()
    }
}

impl Text for BuiltSql {
    fn place(&self) -> &str {
        self.place
    }

    fn text(&self, backend: DbBackend) -> Cow<'_, str> {
        dialect::expand(&self.template, backend).into()
    }
}

/// Tests lay their rows as they like.
#[cfg(test)]
impl Text for str {
    fn place(&self) -> &str {
        "a test"
    }

    fn text(&self, backend: DbBackend) -> Cow<'_, str> {
        dialect::expand(self, backend).into()
    }
}

/// An entry of the registry: a text, or a family of them as its samples show it.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) place: &'static str,
    pub(crate) bound: Bound,
    pub(crate) templates: fn() -> Vec<String>,
}

#[cfg(test)]
inventory::collect!(Registered);

/// Declares an SQL text where it is used: what it is bound to ([`Bound`]), then what `format!` takes. Only constants
/// and functions can stand in it, so there is one text however often it runs. `#lock`, `#list($1)` and the other words
/// of [`dialect`] become what the database at hand calls them, `#owed(r, i)` and those of [`rule`] what the domain
/// says.
macro_rules! sql {
    ($bound:ident $(($of:literal))?, $($text:tt)+) => {{
        #[allow(clippy::useless_format, reason = "many a text has nothing to put in")]
        fn template() -> String {
            format!($($text)+)
        }
        static SQL: $crate::sql::Sql = $crate::sql::Sql::new(
            concat!(module_path!(), ":", line!()), template);
        #[cfg(test)]
        inventory::submit! {
            $crate::sql::Registered {
                place: concat!(module_path!(), ":", line!()),
                bound: $crate::sql::bound!($bound $($of)?),
                templates: || vec![template()],
            }
        }
        &SQL
    }};
}

/// Builds one text of a family: what it is bound to, the value it differs by, the samples that stand for the whole
/// family in the registry, and the text.
macro_rules! built_sql {
    ($bound:ident $(($of:literal))?, $value:ident: $type:ty = $now:expr, in $samples:expr, $text:expr) => {{
        fn template($value: $type) -> String {
            $text
        }
        #[cfg(test)]
        inventory::submit! {
            $crate::sql::Registered {
                place: concat!(module_path!(), ":", line!()),
                bound: $crate::sql::bound!($bound $($of)?),
                templates: || $samples.into_iter().map(template).collect(),
            }
        }
        $crate::sql::BuiltSql::new(concat!(module_path!(), ":", line!()), template($now))
    }};
}

#[cfg(test)]
macro_rules! bound {
    (tenant) => {
        $crate::sql::Bound::Tenant
    };
    (branch) => {
        $crate::sql::Bound::Branch
    };
    (session) => {
        $crate::sql::Bound::Session
    };
    (row $column:literal) => {
        $crate::sql::Bound::Row($column)
    };
    (unscoped $why:literal) => {
        $crate::sql::Bound::Unscoped($why)
    };
}

#[cfg(test)]
pub(crate) use bound;
pub(crate) use rule::all_that;
pub(crate) use {built_sql, sql};
