//! Holds the registry against the schema of each database, as the migrations make it.

use super::{Key, Owner, TABLES, Table};
use crate::{Database, Location};
use domain::{
    SystemClock,
    event::{Envelope, EventSink},
};
use sea_orm::{
    FromQueryResult,
    sqlx::{AssertSqlSafe, Connection, Executor, PgConnection},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

#[derive(Debug)]
struct Nowhere;

impl EventSink for Nowhere {
    fn publish(&self, _events: Vec<Envelope>) {}
}

/// A column as the database tells it. Instances of both texts below.
#[derive(Debug, FromQueryResult)]
struct Column {
    owner: String,
    name: String,
    /// From 1 in the primary key; 0 outside of it.
    key: i64,
    /// 1 where the database numbers it.
    numbered: i64,
    /// 1 where it may be null.
    nullable: i64,
}

/// A foreign key as the database tells it.
#[derive(Debug, FromQueryResult)]
struct Reference {
    child: String,
    name: String,
    parent: String,
}

const SQLITE_COLUMNS: &str = "select m.name as owner, c.name as name, c.pk as key,
    case when c.pk = 1 and lower(m.sql) like '%autoincrement%' then 1 else 0 end as numbered,
    1 - c.\"notnull\" as nullable
    from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite\\_%' escape '\\'";
const SQLITE_REFERENCES: &str = "select m.name as child, f.\"from\" as name, f.\"table\" as parent
    from sqlite_master m, pragma_foreign_key_list(m.name) f where m.type = 'table'";
const POSTGRES_COLUMNS: &str = "select c.table_name::text as owner, c.column_name::text as name,
    coalesce((select k.ordinal_position from information_schema.table_constraints t
        join information_schema.key_column_usage k using (constraint_schema, constraint_name)
        where t.constraint_type = 'PRIMARY KEY' and t.table_name = c.table_name
        and k.column_name = c.column_name), 0)::bigint as key,
    (case when c.is_identity = 'YES' then 1 else 0 end)::bigint as numbered,
    (case when c.is_nullable = 'YES' then 1 else 0 end)::bigint as nullable
    from information_schema.columns c where c.table_schema = current_schema()";
const POSTGRES_REFERENCES: &str = "select k.conrelid::regclass::text as child, a.attname::text as name,
    k.confrelid::regclass::text as parent
    from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.contype = 'f'";

/// Everything in which list and schema differ.
fn differences(listed: &[Table], columns: &[Column], references: &[Reference]) -> Vec<String> {
    let mut wrong = Vec::new();
    let there: BTreeSet<&str> = columns.iter().map(|column| column.owner.as_str()).collect();
    let place: BTreeMap<&str, usize> = listed.iter().enumerate().map(|(at, table)| (table.name, at)).collect();
    wrong.extend(there.iter().filter(|name| !place.contains_key(**name)).map(|name| format!("{name} is not listed")));
    wrong.extend(place.keys().filter(|name| !there.contains(**name)).map(|name| format!("{name} is gone")));
    if place.len() != listed.len() {
        wrong.push("a table is listed twice".to_owned());
    }
    for table in listed {
        let own: Vec<&Column> = columns.iter().filter(|column| column.owner == table.name).collect();
        let mut key: Vec<&&Column> = own.iter().filter(|column| column.key > 0).collect();
        key.sort_by_key(|column| column.key);
        let names: Vec<&str> = key.iter().map(|column| column.name.as_str()).collect();
        let numbered = key.iter().any(|column| column.numbered == 1);
        if names != table.key.columns() || numbered != (table.key == Key::Numbered) {
            wrong.push(format!("{}: the key is {names:?}, numbered: {numbered}", table.name));
        }
        let tenant = own.iter().find(|column| column.name == "tenant_id");
        match (table.owner, tenant) {
            (Owner::OfBusiness, Some(column)) if column.nullable == 0 => {}
            (Owner::Business | Owner::Server, None) => {}
            (owner, _) => wrong.push(format!("{}: {owner:?} does not fit its columns", table.name)),
        }
        for later in table.later {
            if !own.iter().any(|column| column.name == *later && column.nullable == 1) {
                wrong.push(format!("{}.{later} must be filled in at once", table.name));
            }
        }
    }
    let table = |name: &str| place.get(name).map(|at| (*at, &listed[*at]));
    for Reference { child, name, parent } in references {
        let (Some((below, owner)), Some((above, _))) = (table(child), table(parent)) else { continue };
        let is_later = above >= below;
        if is_later != owner.later.contains(&name.as_str()) {
            wrong.push(format!(
                "{child}.{name} points to {parent}, which stands {}",
                if is_later { "below" } else { "above" }
            ));
        }
    }
    wrong
}

async fn migrated(location: &Location) -> Database {
    let db = Database::connect(location, 2, Arc::new(SystemClock), Arc::new(Nowhere)).await.unwrap();
    db.migrate().await.unwrap();
    db
}

async fn schema(db: &Database, columns: &str, references: &str) -> (Vec<Column>, Vec<Reference>) {
    let columns: Vec<Column> = crate::unit_of_work::all(db.reader(), columns, []).await.unwrap();
    let references: Vec<Reference> = crate::unit_of_work::all(db.reader(), references, []).await.unwrap();
    assert!(columns.len() > 400 && references.len() > 100, "{} and {}", columns.len(), references.len());
    (columns, references)
}

#[tokio::test]
async fn sqlite_has_the_tables_of_the_registry() {
    let folder = tempfile::tempdir().unwrap();
    let db = migrated(&Location::Sqlite(folder.path().join("registry.db"))).await;
    let (columns, references) = schema(&db, SQLITE_COLUMNS, SQLITE_REFERENCES).await;
    assert_eq!(differences(TABLES, &columns, &references), Vec::<String>::new());

    // What the test is for: a table that is missing, one that is gone, and a child before its parent.
    let without: Vec<Table> = TABLES.iter().copied().filter(|table| table.name != "round").collect();
    assert_eq!(differences(&without, &columns, &references), ["round is not listed"]);
    let more: Vec<Table> = TABLES.iter().copied().chain([Table::numbered("pantry")]).collect();
    assert!(differences(&more, &columns, &references).contains(&"pantry is gone".to_owned()));
    let mut turned = TABLES.to_vec();
    turned.reverse();
    let wrong = differences(&turned, &columns, &references);
    assert!(wrong.contains(&"round.session_id points to table_session, which stands below".to_owned()), "{wrong:?}");
}

#[tokio::test]
async fn postgresql_has_the_tables_of_the_registry() {
    let cluster = std::env::var("COMANDA_TEST_POSTGRES").expect("COMANDA_TEST_POSTGRES is not set: run scripts/test");
    let mut admin = PgConnection::connect(&cluster).await.unwrap();
    let name = format!("registry_{}", uuid::Uuid::new_v4().simple());
    admin.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    let (server, _) = cluster.rsplit_once('/').unwrap();
    let db = migrated(&Location::Postgres(format!("{server}/{name}"))).await;
    let (columns, references) = schema(&db, POSTGRES_COLUMNS, POSTGRES_REFERENCES).await;
    drop(db);
    admin.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await.unwrap();
    assert_eq!(differences(TABLES, &columns, &references), Vec::<String>::new());
}
