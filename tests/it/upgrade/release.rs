//! What the release before reads and writes is in today's schema: its processes are replaced one after another
//! (docs/upgrading.md).
//!
//! `0.1.0/schema.txt` is what [`SCHEMA`] answered at that release: `scripts/release-schema` prints it. Only
//! PostgreSQL has several processes.

use harness::distributed_only;
use std::collections::{BTreeMap, BTreeSet};

/// A line for each column, each rule and each unique index.
const SCHEMA: &str = include_str!("schema.sql");

const RELEASE: &str = include_str!("0.1.0/schema.txt");

/// Rules and unique indexes of tables that 0.1.0 knows, which it keeps without knowing of them, each with its reason.
const HARMLESS: &[(&str, &str)] = &[];

/// What a program that knows `old` cannot do with `new`.
fn broken(old: &str, new: &str) -> Vec<String> {
    let (before, now): (BTreeSet<_>, BTreeSet<_>) = (lines(old), lines(new));
    let columns: BTreeMap<&str, &str> = now.iter().filter_map(|line| column(line)).collect();
    let known: BTreeSet<&str> = before.iter().filter_map(|line| column(line)).map(|(name, _)| table(name)).collect();
    let mut broken = Vec::new();
    for (name, was) in before.iter().filter_map(|line| column(line)) {
        match columns.get(name) {
            None => broken.push(format!("{name} is gone")),
            // It may be left out, or empty, where it had to be given: the older program gives it.
            Some(is) if *is == was || *is == loosened(was) => {}
            Some(is) => broken.push(format!("{name} was {was} and is {is}")),
        }
    }
    for line in now.difference(&before) {
        if let Some((name, is)) = column(line) {
            let is_new = !before.iter().filter_map(|line| column(line)).any(|(known, _)| known == name);
            if is_new && known.contains(table(name)) && is.ends_with("not null none") {
                broken.push(format!("{name} must be given, and the older program does not know it"));
            }
        } else if let Some(of) = line.split(' ').nth(1)
            && known.contains(of)
            && !HARMLESS.iter().any(|(rule, _)| rule == line)
        {
            broken.push(format!("a new rule for older writers: {line}"));
        }
    }
    broken
}

fn lines(text: &str) -> BTreeSet<&str> {
    text.lines().filter(|line| !line.is_empty()).collect()
}

/// Name and properties of a column's line.
fn column(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("column ")?.split_once(' ')
}

fn table(column: &str) -> &str {
    column.split('.').next().unwrap_or_default()
}

/// The same column where nothing has to be given any more.
fn loosened(column: &str) -> String {
    column.replace(" not null", " null")
}

#[test]
fn what_the_older_program_cannot_do_is_found() {
    let old = "column a.id bigint not null default\ncolumn a.b text null none\nrule a CHECK (b > 1)";
    assert_eq!(broken(old, old), Vec::<String>::new());
    let fine = "column a.id bigint not null default\ncolumn a.b text null none\ncolumn a.c text null none\n\
        column a.d text not null default\ncolumn z.e text not null none\nunique z (e)";
    assert_eq!(broken(old, fine), Vec::<String>::new(), "a rule may go, columns with a default and tables may come");
    for (new, why) in [
        ("column a.id bigint not null default", "a.b is gone"),
        ("column a.id bigint not null default\ncolumn a.b text not null none", "a.b was text null none"),
        ("column a.id integer not null default\ncolumn a.b text null none", "a.id was bigint"),
        (
            "column a.id bigint not null default\ncolumn a.b text null none\ncolumn a.c text not null none",
            "must be given",
        ),
        ("column a.id bigint not null default\ncolumn a.b text null none\nunique a (b)", "a new rule"),
    ] {
        let found = broken(old, new);
        assert!(found.len() == 1 && found[0].contains(why), "{found:?}");
    }
}

distributed_only! {
    /// A migration that takes something away is refused here, before anybody's older process meets it.
    async fn the_release_before_works_with_todays_schema(app: App) {
        let today = app.sql_texts(SCHEMA).await.join("\n");
        assert_eq!(broken(RELEASE, &today), Vec::<String>::new());
        assert!(RELEASE.lines().count() > 500, "the file is that of a whole schema");
    }
}
