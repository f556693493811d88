//! Carries the rows of a SQLite file into a PostgreSQL database without any: every table of the registry, with its ids,
//! in one transaction of either side.
//!
//! A page of rows leaves SQLite as one JSON text, and PostgreSQL reads it by its own types
//! (`jsonb_populate_recordset`). Afterwards both sides are read once more: each row must be what PostgreSQL makes of
//! the text, and a digest of each table says so.

use super::count;
use crate::{
    database::Location,
    error::{Error, Result},
    keeping::revival_script,
    registry::{Key, Table, kept_tables},
    schema_version::newest,
    start_error::StartError,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait, Value,
};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, path::Path};

/// Rows of a page.
const PAGE: i64 = 500;

/// A table that is there, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Its name.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// The SHA-256 of its rows as PostgreSQL writes them, the same on both sides.
    pub digest: String,
}

/// A move that is going on. Dropped, it leaves nothing.
#[derive(Debug)]
pub struct Transfer {
    source: DatabaseTransaction,
    target: DatabaseTransaction,
    connections: [DatabaseConnection; 2],
    columns: BTreeMap<String, Vec<Column>>,
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    /// PostgreSQL's type.
    kind: String,
}

/// A page of a table.
struct Page {
    /// An array of objects, a row each.
    rows: String,
    count: u64,
    /// SQLite's number of its last row.
    last: i64,
}

impl Transfer {
    /// Begins: nobody writes into the file until the end. Both schemas are of this program.
    ///
    /// # Errors
    /// One of them cannot be used, they differ, or the server's has rows.
    pub async fn begin(file: &Path, url: &str) -> Result<Self, StartError> {
        let from = super::open_alone(&Location::Sqlite(file.to_owned())).await?;
        let to = super::open_alone(&Location::Postgres(url.to_owned())).await?;
        let (source, target) = (begun(&from).await?, begun(&to).await?);
        let (ours, theirs) = (newest(&source).await?, newest(&target).await?);
        if ours != theirs {
            return Err(StartError::saying("the two databases have different schemas: run `comanda migrate` on both"));
        }
        if let Some((table, rows)) = count::rows(&target).await?.into_iter().find(|(_, rows)| *rows > 0) {
            return Err(StartError::saying(format!(
                "the database to move to has rows already ({rows} in {table}): a move overwrites nothing. Create an \
                 empty one with `createdb`, and name it"
            )));
        }
        let columns = columns(&target).await?;
        for table in kept_tables() {
            switch_triggers(&target, table, "disable").await?;
        }
        Ok(Self { source, target, connections: [from, to], columns })
    }

    /// Carries the rows of `table`; those before it in the registry are there. Tells how many.
    ///
    /// # Errors
    /// A database failed, or PostgreSQL refuses a row.
    pub async fn carry(&self, table: &'static Table) -> Result<u64> {
        let named: Vec<_> = self.columns(table).filter(|column| !table.later.contains(&&*column.name)).collect();
        let list = listed(named.iter().map(|column| &*column.name));
        let insert = format!(
            "insert into {0} ({list}) select {list} from jsonb_populate_recordset(null::{0}, $1::jsonb)",
            quoted(table.name)
        );
        let (mut rows, mut after) = (0, 0);
        while let Some(page) = self.page(table, after).await? {
            execute(&self.target, &insert, [page.rows.into()]).await?;
            rows += page.count;
            after = page.last;
        }
        Ok(rows)
    }

    /// Fills in what of `table` points to rows that came later.
    ///
    /// # Errors
    /// As [`Transfer::carry`].
    pub async fn link(&self, table: &'static Table) -> Result<()> {
        if table.later.is_empty() {
            return Ok(());
        }
        let set: Vec<String> = table.later.iter().map(|name| format!("{0} = s.{0}", quoted(name))).collect();
        let update = format!(
            "update {0} t set {1} from jsonb_populate_recordset(null::{0}, $1::jsonb) s where {2}",
            quoted(table.name),
            set.join(", "),
            same_key(table)
        );
        let mut after = 0;
        while let Some(page) = self.page(table, after).await? {
            execute(&self.target, &update, [page.rows.into()]).await?;
            after = page.last;
        }
        Ok(())
    }

    /// Proves that `table` is what it was, row by row, and has PostgreSQL number its next row as SQLite would have.
    ///
    /// # Errors
    /// A row is not what it was; a database failed.
    pub async fn prove(&self, table: &'static Table) -> Result<Carried, StartError> {
        let name = quoted(table.name);
        let order: Vec<String> = table.key.columns().iter().map(|column| format!("s.{}", quoted(column))).collect();
        let both = format!(
            "select encode(sha256(convert_to(string_agg(to_jsonb(s)::text, ',' order by {0}), 'UTF8')), 'hex') as here,
                encode(sha256(convert_to(string_agg(to_jsonb(t)::text, ',' order by {0}), 'UTF8')), 'hex') as there
             from jsonb_populate_recordset(null::{name}, $1::jsonb) s left join {name} t on {1}",
            order.join(", "),
            same_key(table)
        );
        let (mut digest, mut rows, mut after) = (Sha256::new(), 0, 0);
        while let Some(page) = self.page(table, after).await? {
            let row = only(&self.target, &both, vec![page.rows.into()]).await?;
            let (here, there): (String, Option<String>) =
                (text(&row, "here")?, row.try_get("", "there").map_err(Error::from)?);
            if there.as_deref() != Some(&*here) {
                return Err(StartError::saying(format!(
                    "a row of {} is not what it was; nothing was moved",
                    table.name
                )));
            }
            digest.update(&here);
            rows += page.count;
            after = page.last;
        }
        let found: i64 = only(&self.target, &format!("select count(*) as found from {name}"), Vec::new())
            .await?
            .try_get("", "found")
            .map_err(Error::from)?;
        if u64::try_from(found) != Ok(rows) {
            return Err(StartError::saying(format!(
                "{} has {found} rows and had {rows}; nothing was moved",
                table.name
            )));
        }
        self.number(table).await?;
        Ok(Carried { table: table.name, rows, digest: hex::encode(digest.finalize()) })
    }

    /// An id is never used twice, though its row may be gone.
    async fn number(&self, table: &'static Table) -> Result<()> {
        if table.key != Key::Numbered {
            return Ok(());
        }
        let last = Statement::from_sql_and_values(
            DbBackend::Sqlite,
            "select seq as last from sqlite_sequence where name = $1 and seq > 0",
            [table.name.into()],
        );
        if let Some(row) = self.source.query_one_raw(last).await? {
            let last: i64 = row.try_get("", "last")?;
            let set = "select setval(pg_get_serial_sequence($1, 'id'), $2)";
            only(&self.target, set, vec![table.name.into(), last.into()]).await?;
        }
        Ok(())
    }

    /// Ends it: the house begins its second life there, as one that is restored does, and everything is stored at
    /// once.
    ///
    /// # Errors
    /// The server failed; nothing is there then.
    pub async fn finish(self, now: DateTime<Utc>) -> Result<()> {
        for table in kept_tables() {
            switch_triggers(&self.target, table, "enable").await?;
        }
        self.target.execute_unprepared(&revival_script(now)).await?;
        self.target.commit().await.map_err(Error::of_commit)?;
        self.source.rollback().await?;
        for connection in self.connections {
            connection.close().await?;
        }
        Ok(())
    }

    fn columns(&self, table: &Table) -> impl Iterator<Item = &Column> {
        self.columns.get(table.name).into_iter().flatten()
    }

    /// The next rows of `table`; none after the last.
    async fn page(&self, table: &Table, after: i64) -> Result<Option<Page>> {
        let pairs = self.columns(table).map(|column| {
            let name = quoted(&column.name);
            let value = if column.kind == "jsonb" { format!("json({name})") } else { name };
            format!("'{}', {value}", column.name)
        });
        let sql = format!(
            "select json_group_array(json(row)) as rows, count(*) as count, max(at) as last from (
                select rowid as at, json_object({}) as row from {} where rowid > $1 order by rowid limit {PAGE})",
            pairs.collect::<Vec<_>>().join(", "),
            quoted(table.name)
        );
        let row = only(&self.source, &sql, vec![after.into()]).await?;
        let count: i64 = row.try_get("", "count")?;
        let Some(last) = row.try_get("", "last")? else { return Ok(None) };
        Ok(Some(Page { rows: text(&row, "rows")?, count: count.unsigned_abs(), last }))
    }
}

/// The columns of every table there.
async fn columns(target: &DatabaseTransaction) -> Result<BTreeMap<String, Vec<Column>>> {
    let sql = "select table_name::text as table_name, column_name::text as name, data_type::text as kind
        from information_schema.columns where table_schema = current_schema() order by table_name, ordinal_position";
    let mut columns = BTreeMap::<String, Vec<Column>>::new();
    for row in target.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await? {
        let column = Column { name: text(&row, "name")?, kind: text(&row, "kind")? };
        columns.entry(text(&row, "table_name")?).or_default().push(column);
    }
    Ok(columns)
}

/// A transaction for as long as the move takes; SQLite's lets nobody write.
async fn begun(connection: &DatabaseConnection) -> Result<DatabaseTransaction, StartError> {
    let options = TransactionOptions {
        isolation_level: None,
        access_mode: None,
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
    };
    #[expect(clippy::disallowed_methods, reason = "the whole house is moved: no business change, no events, no retry")]
    Ok(connection.begin_with_options(options).await.map_err(Error::from)?)
}

/// Rows come in the registry's order and not in that of their life, so the triggers that hold each change to the one
/// before would refuse them; what they hold is looked at afterwards.
async fn switch_triggers(target: &DatabaseTransaction, table: &Table, how: &str) -> Result<()> {
    let sql = format!("alter table {} {how} trigger user", quoted(table.name));
    Ok(target.execute_unprepared(&sql).await.map(drop)?)
}

async fn execute<const N: usize>(target: &DatabaseTransaction, sql: &str, values: [Value; N]) -> Result<(), DbErr> {
    target.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await.map(drop)
}

/// The one row that `sql` answers with.
async fn only(connection: &DatabaseTransaction, sql: &str, values: Vec<Value>) -> Result<QueryResult, DbErr> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let row = connection.query_one_raw(statement).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("an aggregate has a row".to_owned()))
}

fn text(row: &QueryResult, column: &str) -> Result<String, DbErr> {
    row.try_get("", column)
}

/// A name in SQL. Names come from the registry and the schema, never from a caller.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(quoted).collect::<Vec<_>>().join(", ")
}

fn same_key(table: &Table) -> String {
    let pairs = table.key.columns().iter().map(|column| format!("t.{0} = s.{0}", quoted(column)));
    pairs.collect::<Vec<_>>().join(" and ")
}
