//! What holds for every statement of this crate: both databases understand it, it is bound as it says, and there is
//! none beside the registry.

use super::{Bound, Registered, dialect::expand};
use crate::{Database, Location};
use domain::{
    SystemClock,
    event::{Envelope, EventSink},
};
use sea_orm::{
    DbBackend,
    sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr},
};
use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

#[derive(Debug)]
struct Nowhere;

impl EventSink for Nowhere {
    fn publish(&self, _events: Vec<Envelope>) {}
}

/// Every text of the registry, with its entry.
fn texts() -> Vec<(&'static Registered, String)> {
    let entries = inventory::iter::<Registered>.into_iter();
    let mut texts: Vec<_> =
        entries.flat_map(|entry| (entry.templates)().into_iter().map(move |text| (entry, text))).collect();
    texts.sort_by_key(|(entry, _)| entry.place);
    assert!(texts.len() > 350, "the linker gathered {} texts", texts.len());
    texts
}

async fn migrated(location: &Location) -> Database {
    let db = Database::connect(location, 2, Arc::new(SystemClock), Arc::new(Nowhere)).await.unwrap();
    db.migrate().await.unwrap();
    db
}

/// Has `connection` prepare every text, and says of those it refuses where they stand and why.
async fn refused<C>(connection: &mut C, backend: DbBackend) -> Vec<String>
where
    C: Connection,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
{
    let mut refused = Vec::new();
    for (entry, template) in texts() {
        let text = expand(&template, backend);
        // The other database's.
        if text.trim().is_empty() {
            continue;
        }
        if let Err(error) = connection.prepare(AssertSqlSafe(text.clone()).into_sql_str()).await {
            refused.push(format!("{}: {error}\n{text}\n", entry.place));
        }
    }
    refused
}

#[tokio::test]
async fn sqlite_prepares_every_statement() {
    let folder = tempfile::tempdir().unwrap();
    let db = migrated(&Location::Sqlite(folder.path().join("statements.db"))).await;
    let mut connection = db.reader().pool().unwrap().get_sqlite_connection_pool().acquire().await.unwrap();
    let refused = refused(&mut *connection, DbBackend::Sqlite).await;
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[tokio::test]
async fn postgresql_prepares_every_statement() {
    let cluster = std::env::var("COMANDA_TEST_POSTGRES").expect("COMANDA_TEST_POSTGRES is not set: run scripts/test");
    let mut admin = PgConnection::connect(&cluster).await.unwrap();
    let name = format!("statements_{}", uuid::Uuid::new_v4().simple());
    admin.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    let (server, _) = cluster.rsplit_once('/').unwrap();
    let url = format!("{server}/{name}");
    let db = migrated(&Location::Postgres(url.clone())).await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let refused = refused(&mut connection, DbBackend::Postgres).await;
    connection.close().await.unwrap();
    drop(db);
    admin.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await.unwrap();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// Whether the text compares `column` with a parameter.
fn binds(text: &str, column: &str) -> bool {
    let ends = ["= $", "in #list(", "in #texts(", ", $"];
    text.match_indices(column).any(|(at, _)| {
        let before = text[..at].bytes().next_back();
        let is_whole = before.is_none_or(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_'));
        let after = text[at + column.len()..].trim_start();
        // `, $` only as `#within(column, $1)`.
        let is_within = text[..at].rsplit_once("#within(").is_some_and(|(_, alias)| !alias.contains([')', ',', ' ']));
        is_whole && ends.iter().any(|end| after.starts_with(end) && (*end != ", $" || is_within))
    })
}

/// Whether the text adds rows that name their business.
fn adds_with_tenant(text: &str) -> bool {
    text.split("insert into ").skip(1).any(|rest| {
        let columns = rest.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
        columns.is_some_and(|(columns, _)| columns.split(',').any(|column| column.trim() == "tenant_id"))
    })
}

fn is_scoped(text: &str, bound: Bound) -> bool {
    let own = |table: &str| {
        (text.contains(&format!("from {table}")) || text.contains(&format!("update {table} "))) && binds(text, "id")
    };
    match bound {
        Bound::Tenant => binds(text, "tenant_id") || adds_with_tenant(text) || own("tenant"),
        Bound::Branch => binds(text, "branch_id") || own("branch"),
        Bound::Session => binds(text, "session_id") || own("table_session"),
        Bound::Row(column) => binds(text, column),
        Bound::Unscoped(_) => {
            ![Bound::Tenant, Bound::Branch, Bound::Session].into_iter().any(|bound| is_scoped(text, bound))
        }
    }
}

#[test]
fn each_statement_is_bound_as_it_says() {
    let wrong: Vec<String> = texts()
        .into_iter()
        .filter(|(entry, text)| {
            // Whoever names the business says so, however else it is bound.
            !is_scoped(text, entry.bound) || matches!(entry.bound, Bound::Row(_)) && binds(text, "tenant_id")
        })
        .map(|(entry, text)| format!("{} says {:?}\n{text}\n", entry.place, entry.bound))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The statements that are bound to nothing are those of `unscoped.txt`, each with its reason: one more is a line in a
/// review.
#[test]
fn the_unscoped_statements_are_listed() {
    let lines: BTreeSet<String> = texts()
        .into_iter()
        .filter_map(|(entry, _)| match entry.bound {
            Bound::Unscoped(why) => Some(format!("{}: {why}", entry.place.rsplit_once(':').unwrap().0)),
            _ => None,
        })
        .collect();
    let found = lines.into_iter().collect::<Vec<_>>().join("\n") + "\n";
    assert_eq!(found, include_str!("unscoped.txt"), "what store/src/sql/unscoped.txt should say:\n{found}");
}

/// How SQL could be run past the registry, and the files that may, each with its reason.
const DOORS: [&str; 8] = [
    "Statement::",
    "from_raw_sql",
    "find_by_statement",
    "execute_unprepared(",
    "sqlx::query",
    "sqlx::raw_sql",
    "Expr::cust",
    "_raw(",
];
const MAY: [(&str, &str, &str); 18] = [
    ("store/src/unit_of_work.rs", "Statement::", "makes statements of registered texts"),
    ("store/src/unit_of_work.rs", "_raw(", "runs those"),
    ("store/src/connection/reader.rs", "_raw(", "hands them to the pool"),
    ("store/src/connection/reader.rs", "execute_unprepared(", "the trait asks for it"),
    ("store/src/connection/transaction.rs", "_raw(", "hands them to the connection"),
    ("store/src/connection/transaction.rs", "sqlx::query", "hands them to the connection"),
    ("store/src/connection/transaction.rs", "execute_unprepared(", "the trait asks for it"),
    ("store/src/connection/mod.rs", "sqlx::query", "the first read of a SQLite file, before there is a pool"),
    ("store/src/condition/mod.rs", "sqlx::query", "a connection of its own, which shares nothing with the pool"),
    ("store/src/migrate.rs", "execute_unprepared(", "settings of the migration's own connection"),
    ("store/src/schema_version.rs", "Statement::", "which migrations there are, before there is a schema"),
    ("store/src/schema_version.rs", "_raw(", "asks that"),
    ("store/src/keeping/transfer.rs", "Statement::", "whole tables by the registry of tables and the schema's columns"),
    ("store/src/keeping/transfer.rs", "_raw(", "runs those"),
    ("store/src/keeping/transfer.rs", "execute_unprepared(", "triggers that rest, and the script of a second life"),
    ("store/src/connection/postgres.rs", "sqlx::raw_sql", "settings of a session, and what the server is"),
    ("src/main.rs", "_raw(", "a signal by its number, no SQL"),
    ("pictures/src/colors.rs", "_raw(", "a picture's numbers, no SQL"),
];

/// Every source of the program but the migrations, which are texts by nature; tests lay their rows as they like.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<(String, String)>, root: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found, root);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                let text = fs::read_to_string(&path).unwrap();
                let is_test = name.ends_with("tests.rs") || name.contains("/tests/") || name.ends_with("schema.rs");
                if !is_test {
                    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                    found.push((
                        name,
                        code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n"),
                    ));
                }
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    for part in [
        "src",
        "api",
        "auth",
        "domain",
        "entity",
        "operations",
        "pictures",
        "provider",
        "runtime",
        "store",
        "ws-gateway",
    ] {
        let folder = if part == "src" { root.join(part) } else { root.join(part).join("src") };
        walk(&folder, &mut found, root);
    }
    assert!(found.len() > 400, "only {} sources", found.len());
    found
}

/// The queries by model that neither name business, branch or session nor an id of a row that was read before.
const BY_MODEL: [(&str, &str, &str); 15] = [
    ("store/src/join_code.rs", "table::Entity::find().join(", "a guest signs in: the code is the credential"),
    ("store/src/table.rs", "table::Entity::find().join(", "a guest signs in: the code is the credential"),
    (
        "store/src/table.rs",
        "table::Entity::find_by_id(id).filter(table::Column::IsActive",
        "a guest signs in, by the same",
    ),
    ("store/src/branch.rs", "branch::Entity::find().filter(branch::Column::Slug", "the public menu of a branch"),
    ("store/src/account.rs", "user::Entity::find_by_id(id)", "the id is that of a proven token or password"),
    ("store/src/office.rs", "tenant::Entity::find()", "the demo looks for its business"),
    ("store/src/operated.rs", "tenant::Entity::find()", "who holds the database names a business by its slug"),
    ("store/src/phone.rs", "diner::Entity::find().filter(diner::Column::PhoneId", "phones that were read by session"),
    ("store/src/round/lock.rs", "round_item::Entity::find()", "a round that was read by session"),
    (
        "store/src/payment/account.rs",
        "provider_account::Entity::find_by_id(id)",
        "of a row of the queue, a checkout or a branch",
    ),
    ("store/src/payment/office.rs", "provider_account::Entity::find_by_id(id)", "an account that was locked before"),
    ("store/src/payment/office.rs", "payment::Entity::find_by_id(id)", "a payment that was locked before"),
    (
        "store/src/payment/checkout.rs",
        "checkout::Entity::find_by_id(id.clone())",
        "a job looks at a checkout that it took",
    ),
    (
        "store/src/payment/cancellation.rs",
        "cancellation::Entity::find_by_id(id)",
        "whoever waits wrote it down or found it by a locked payment",
    ),
    ("store/src/payment/reconciliation.rs", "branch::Entity::find()", "a job reconciles all businesses"),
];

/// Whether a query is held by what its caller may see: it names the business, a branch or a session, or its ids are
/// those of rows that were read or locked through a scope (`check.id`).
fn is_held(query: &str) -> bool {
    let of_row = |rest: &str| {
        let path: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || matches!(c, '_' | '.')).collect();
        path.contains('.') && path.ends_with("id") && rest[path.len()..].starts_with(')')
    };
    ["TenantId.eq(", "BranchId.eq(", "SessionId.eq(", "find_by_id(scope.tenant_id())"]
        .iter()
        .any(|column| query.contains(column))
        || query.split('(').skip(1).any(of_row)
}

#[test]
fn each_query_by_model_is_held_by_its_callers_scope() {
    const BEGINNINGS: [&str; 4] =
        ["::Entity::find()", "::Entity::find_by_id(", "::Entity::update_many()", "::Entity::delete_many()"];
    let (mut used, mut wrong, mut seen) = (BTreeSet::new(), Vec::new(), 0);
    for (name, code) in sources() {
        for beginning in BEGINNINGS {
            for (at, _) in code.match_indices(beginning) {
                let start =
                    code[..at].rfind(|c: char| !c.is_ascii_lowercase() && c != '_').map_or(0, |before| before + 1);
                let rest = &code[start..];
                let end = rest.find(".await").unwrap_or(rest.len()).min(rest.find(';').unwrap_or(rest.len()));
                let query: String = rest[..end].split_whitespace().collect();
                seen += 1;
                if is_held(&query) {
                    continue;
                }
                match BY_MODEL.iter().position(|(file, what, _)| *file == name && query.starts_with(what)) {
                    Some(at) => drop(used.insert(at)),
                    None => wrong.push(format!("{name}: {query}")),
                }
            }
        }
    }
    assert!(seen >= 60, "only {seen} queries");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(used.len(), BY_MODEL.len(), "an exception is needed no more");
}

/// Columns with what people write. Each database sorts them by a locale of its own.
const WRITTEN: [&str; 11] = [
    "name",
    "code",
    "email",
    "first_name",
    "last_name",
    "category",
    "user_name",
    "product_name",
    "title",
    "description",
    "slug",
];

#[test]
fn no_database_sorts_what_people_write() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for (entry, template) in texts() {
        for (at, _) in template.match_indices("order by ") {
            let rest = &template[at + "order by ".len()..];
            let end = [" limit", ")", " #", "\n"].iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
            seen += 1;
            let columns = rest[..end].split(',').filter_map(|part| part.split_whitespace().next());
            let columns = columns.map(|part| part.rsplit(['.', '(']).next().unwrap_or(part));
            wrong.extend(
                columns.filter(|column| WRITTEN.contains(column)).map(|column| format!("{}: {column}", entry.place)),
            );
        }
    }
    assert!(seen > 60, "only {seen} orders");
    assert!(wrong.is_empty(), "sort it with NameOrder: {wrong:#?}");
}

#[test]
fn nothing_runs_sql_past_the_registry() {
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    for (name, code) in sources() {
        for door in DOORS.iter().filter(|door| code.contains(**door)) {
            match MAY.iter().position(|(file, what, _)| *file == name && what == door) {
                Some(at) => drop(used.insert(at)),
                None => wrong.push(format!("{name} has {door}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(used.len(), MAY.len(), "an exception is needed no more");
}

/// The files where a list of words, or what a word is not, is no rule of the business, each with its reason.
const NO_RULE: [(&str, &str); 1] =
    [("store/src/queue/finish.rs", "the steps from one state of the queue to the next, which stand nowhere else")];

/// `in ('A', …)`, and `<> 'A'`, which is such a list with a hole.
fn literal_lists(code: &str) -> Vec<&str> {
    let begins_word =
        |rest: &str| rest.strip_prefix('\'').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    code.lines()
        .filter(|line| {
            line.match_indices(" in (").any(|(at, found)| begins_word(&line[at + found.len()..]))
                || line.match_indices("<> ").any(|(at, found)| begins_word(&line[at + found.len()..]))
        })
        .collect()
}

#[test]
fn rules_stand_in_one_place() {
    let (mut used, mut wrong) = (0, Vec::new());
    for (name, code) in sources().into_iter().filter(|(name, _)| name.starts_with("store/")) {
        // What is in a JSON array is dialect.
        let dialect = ["json_each", "jsonb_array_elements", "json_extract"];
        let is_home = name.starts_with("store/src/sql/");
        let lists = literal_lists(&code);
        match NO_RULE.iter().any(|(file, _)| *file == name) {
            true => used += usize::from(!lists.is_empty()),
            false if is_home => {}
            false => wrong.extend(lists.iter().map(|line| format!("{name}: {}", line.trim()))),
        }
        let of_dialect = dialect.iter().filter(|word| !is_home && code.contains(**word));
        wrong.extend(of_dialect.map(|word| format!("{name}: {word}")));
    }
    assert_eq!(used, NO_RULE.len(), "an exception is needed no more");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(literal_lists("x in ('A', 'B')\nx <> 'A'\nx in (select 1)\nx = 'A'\nx <> ''").len(), 2);
}

/// Partial indexes repeat rules in migrations, which stay as they are: what they say must still be what the rules say.
#[tokio::test]
async fn partial_indexes_say_what_the_rules_say() {
    #[derive(sea_orm::FromQueryResult)]
    struct Index {
        sql: String,
    }
    let folder = tempfile::tempdir().unwrap();
    let db = migrated(&Location::Sqlite(folder.path().join("indexes.db"))).await;
    // `payment_sync` is only there for older programs.
    let of = "select sql from sqlite_master
        where type = 'index' and sql like '%where%' and tbl_name <> 'payment_sync'";
    let indexes: Vec<Index> = crate::unit_of_work::all(db.reader(), of, []).await.unwrap();
    let rules = [
        "#open_round()",
        "#counts()",
        "#open_ticket()",
        "#live_session()",
        "#live_call()",
        "#unsettled()",
        "#money()",
        "#account_in_use()",
        "#pending()",
        "#stuck()",
        "#unproven()",
    ];
    let rules = rules.map(|rule| expand(rule, DbBackend::Sqlite));
    for rule in &rules {
        assert!(indexes.iter().any(|index| index.sql.contains(rule)), "no index says {rule}");
    }
    let lists = indexes.iter().filter(|index| !literal_lists(&index.sql).is_empty());
    for index in lists {
        assert!(rules.iter().any(|rule| index.sql.contains(rule)), "no rule says {}", index.sql);
    }
}
