//! The database of an earlier release, with an evening's rows in every table: `scripts/freeze-release` made it.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use harness::{App, Mode, Value};
use std::{collections::BTreeMap, fmt::Write};

/// What stands in a schema file where the rows belong: tables before it; indexes, foreign keys and triggers after it.
const ROWS_HERE: &str = "-- The rows are loaded here.\n";

/// The chain of the audit log covers the instants of its rows.
const AS_IT_WAS: &str = "audit_log";

/// What a migration changes on purpose: table, column, and what the column says afterwards.
const CHANGED: [(&str, &str, &str); 4] = [
    // 000052, 000053: one spelling of a provider's id in the database.
    ("tip", "payment_method", "replace(payment_method, 'MERCADOPAGO', 'MERCADO_PAGO')"),
    ("cash_movement", "payment_method", "replace(payment_method, 'MERCADOPAGO', 'MERCADO_PAGO')"),
    // 000037: of what strangers said no more stays than would be kept today.
    ("provider_notice", "body", "case when verdict <> 'VERIFIED' then substr(body, 1, 1024) else body end"),
    ("provider_notice", "query", "case when verdict <> 'VERIFIED' then substr(query, 1, 512) else query end"),
];

/// The list of what was migrated is the one table that gets more rows.
pub(super) const HISTORY: &str = "seaql_migrations";

/// An earlier release.
pub(super) struct Past {
    sqlite: &'static str,
    postgres: &'static str,
    rows: &'static str,
    keyed: &'static str,
}

/// The last commit before the upgrade path was tested.
pub(super) const EAD24F1: Past = Past {
    sqlite: include_str!("ead24f1/schema.sqlite.sql"),
    postgres: include_str!("ead24f1/schema.postgres.sql"),
    rows: include_str!("ead24f1/rows.jsonl"),
    keyed: include_str!("ead24f1/keyed.jsonl"),
};

/// Rows as texts, by table; in order, so that two of them can be compared.
pub(super) type Rows = BTreeMap<String, Vec<String>>;

impl Past {
    /// Puts this release's database in place of the app's, as if its evening were now. No process runs afterwards.
    pub(super) async fn restore(&self, app: &App) {
        let schema = if app.mode() == Mode::Embedded { self.sqlite } else { self.postgres };
        let (before, after) = schema.split_once(ROWS_HERE).expect("the place of the rows");
        app.restore(&format!("{before}\n{}\n{after}", self.inserts(app.mode()))).await;
    }

    /// Commands that were sent under a key, with their answers, in order.
    pub(super) fn keyed(&self) -> impl Iterator<Item = Value> {
        self.keyed.lines().map(|line| line.parse().expect("a line of JSON"))
    }

    #[expect(clippy::disallowed_methods, reason = "the program under test goes by the machine's clock")]
    fn inserts(&self, mode: Mode) -> String {
        let mut lines = self.rows.lines().map(|line| line.parse::<Value>().expect("a line of JSON"));
        let head = lines.next().expect("a first line");
        let later = Utc::now() - instant(&head["dumped_at"]).expect("the instant of the dump");
        let mut sql = String::new();
        let mut table = String::new();
        let mut insert = String::new();
        for line in lines {
            let Some(row) = line.as_array() else {
                table = text(&line["table"]).to_owned();
                let columns: Vec<_> = line["columns"].as_array().into_iter().flatten().map(text).collect();
                insert = format!("insert into {table} ({}) values", columns.join(", "));
                continue;
            };
            let later = if table == AS_IT_WAS { TimeDelta::zero() } else { later };
            let values: Vec<_> = row.iter().map(|value| literal(value, later)).collect();
            writeln!(sql, "{insert} ({});", values.join(", ")).expect("a text grows");
        }
        for (table, last) in head["last_ids"].as_object().into_iter().flatten() {
            // No id is used twice, also not that of a row that is gone.
            let statement = match mode {
                Mode::Embedded => format!("update sqlite_sequence set seq = {last} where name = '{table}';"),
                Mode::Distributed => format!("select setval(pg_get_serial_sequence('{table}', 'id'), {last});"),
            };
            sql += &statement;
        }
        sql
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The instant that a text is as a whole.
fn instant(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|instant| instant.to_utc())
}

/// A literal without a type: each database makes of it what the column is.
fn literal(value: &Value, later: TimeDelta) -> String {
    let text = match (value, instant(value)) {
        (Value::Null, _) => return "null".to_owned(),
        (_, Some(instant)) => (instant + later).to_rfc3339_opts(SecondsFormat::AutoSi, false),
        (Value::String(text), None) => text.clone(),
        (other, None) => other.to_string(),
    };
    format!("'{}'", text.replace('\'', "''"))
}

/// The tables with their columns, as the database has them now.
pub(super) async fn tables(app: &App) -> BTreeMap<String, Vec<String>> {
    let columns = match app.mode() {
        Mode::Embedded => {
            "select m.name || '.' || c.name from sqlite_master m, pragma_table_info(m.name) c
            where m.type = 'table' and m.name not like 'sqlite_%' order by m.name, c.cid"
        }
        Mode::Distributed => {
            "select table_name || '.' || column_name from information_schema.columns
            where table_schema = 'public' order by table_name, ordinal_position"
        }
    };
    let mut tables = BTreeMap::<String, Vec<String>>::new();
    for column in app.sql_texts(columns).await {
        let (table, column) = column.split_once('.').expect("a column of a table");
        tables.entry(table.to_owned()).or_default().push(column.to_owned());
    }
    tables
}

/// What those columns of those tables hold. `migrated` says what they will hold when everything is migrated.
pub(super) async fn rows(app: &App, tables: &BTreeMap<String, Vec<String>>, migrated: bool) -> Rows {
    let mut rows = Rows::new();
    for (table, columns) in tables {
        let columns: Vec<_> = columns
            .iter()
            .map(|column| {
                let changed = CHANGED.iter().find(|(of, name, _)| (*of, *name) == (table, column));
                changed.filter(|_| migrated).map_or(column.as_str(), |(_, _, becomes)| becomes)
            })
            .collect();
        let array = if app.mode() == Mode::Embedded { "json_array" } else { "json_build_array" };
        let select = format!("select cast({array}({}) as text) from {table}", columns.join(", "));
        let mut texts = app.sql_texts(&select).await;
        texts.sort_unstable();
        rows.insert(table.clone(), texts);
    }
    rows
}

/// Every table, column, constraint, index and trigger, as text.
pub(super) async fn schema(app: &App) -> Vec<String> {
    let parts = match app.mode() {
        Mode::Embedded => "select type || ' ' || name || ': ' || sql from sqlite_master where sql is not null",
        Mode::Distributed => {
            "select format('%s.%s %s %s %s %s', table_name, column_name, data_type, is_nullable, column_default, identity_generation)
                from information_schema.columns where table_schema = 'public'
            union all select format('%s %s: %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
                where connamespace = 'public'::regnamespace
            union all select indexdef from pg_indexes where schemaname = 'public'
            union all select pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid
                where not t.tgisinternal and c.relnamespace = 'public'::regnamespace
            union all select prosrc from pg_proc where pronamespace = 'public'::regnamespace
            union all select format('%s %s', oid::regclass, reloptions) from pg_class
                where relnamespace = 'public'::regnamespace and reloptions is not null"
        }
    };
    let mut parts = app.sql_texts(parts).await;
    parts.sort_unstable();
    parts
}
