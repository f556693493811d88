//! A look at the database for an operator: who it is, what this role may do there, and how far its schema is.
//!
//! It makes no connection pool, writes nothing and works beside a running server. What a start refuses (a pooler that
//! lends sessions by transaction, a version too old, a server that does not answer) it refuses in the same words.

use crate::{
    connection::{
        self, Purpose, Transaction,
        postgres::{self, Session},
    },
    database::{LOCK_TIMEOUT_SECONDS, Location},
    error::Error,
    schema_version::Schema,
    sql::sql,
    start_error::StartError,
    unit_of_work::{all, one},
};
use domain::Clock;
use sea_orm::{DatabaseConnection, DbErr, FromQueryResult};
use std::{path::Path, time::Instant};

/// What was found of a database that answers.
#[derive(Clone, Debug)]
pub struct Checkup {
    /// Name and version, such as `PostgreSQL 17.2`.
    pub server: String,
    /// The role that this program is there; none with a file.
    pub role: Option<String>,
    /// The protocol and cipher of an encrypted connection; none where it is not, or the database is a file.
    pub tls: Option<String>,
    /// Settings that are in force for our statements, with their values.
    pub in_force: Vec<(&'static str, String)>,
    /// Whether it takes writes: it may be a standby or set to read-only.
    pub takes_writes: bool,
    /// Tables and sequences that this role may not use as the program must.
    pub denied: Vec<String>,
    /// Whether this role may bring the schema up to date.
    pub may_migrate: bool,
    /// How many migrations the schema has; none where this role may not read which.
    pub applied: Option<usize>,
    /// Those that this program has and the schema lacks, in order.
    pub pending: Vec<String>,
    /// The last that the schema has and this program does not know.
    pub newer: Option<String>,
    /// How far its clock is ahead of this machine's, in milliseconds; none with a file.
    pub ahead_ms: Option<i64>,
    /// Most connections it takes; none with a file.
    pub most_connections: Option<i64>,
}

impl Location {
    /// Looks at the database.
    ///
    /// # Errors
    /// It cannot be used: why, and what to do.
    pub async fn check_up(&self, clock: &dyn Clock) -> Result<Checkup, StartError> {
        match self {
            Self::Sqlite(path) => of_file(path).await,
            Self::Postgres(url) => of_server(url, clock).await,
        }
    }
}

async fn of_server(url: &str, clock: &dyn Clock) -> Result<Checkup, StartError> {
    #[derive(FromQueryResult)]
    struct Facts {
        version: String,
        role: String,
        tls: Option<String>,
        lock_timeout: String,
        statement_timeout: String,
        idle_timeout: String,
        takes_writes: bool,
        may_migrate: bool,
        most_connections: i64,
        now_ms: i64,
    }
    #[derive(FromQueryResult)]
    struct Denied {
        relation: String,
    }
    let options = postgres::examined(url).await?;
    let connection = postgres::pool(options, 1, Session::Request).await?;
    let facts = sql!(
        unscoped("the look at the database: no business has a part in it"),
        "#pg(select current_setting('server_version') as version, current_user::text as role,
            (select s.version || ' ' || s.cipher from pg_stat_ssl s where s.pid = pg_backend_pid() and s.ssl) as tls,
            current_setting('lock_timeout') as lock_timeout, current_setting('statement_timeout') as statement_timeout,
            current_setting('idle_in_transaction_session_timeout') as idle_timeout,
            current_setting('transaction_read_only') = 'off' as takes_writes,
            coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) and not exists (
                select 1 from pg_class c where c.relnamespace = to_regnamespace(current_schema()) and c.relkind = 'r'
                and not pg_has_role(c.relowner, 'USAGE')) as may_migrate,
            current_setting('max_connections')::bigint as most_connections,
            (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms)"
    );
    let denied = sql!(
        unscoped("the look at the database: no business has a part in it"),
        "#pg(select c.relname::text as relation from pg_class c where c.relnamespace = to_regnamespace(current_schema())
            and (c.relkind = 'r' and not (has_table_privilege(c.oid, 'SELECT') and (c.relname = 'seaql_migrations'
                    or has_table_privilege(c.oid, 'INSERT') and has_table_privilege(c.oid, 'UPDATE')
                    and has_table_privilege(c.oid, 'DELETE')))
                or c.relkind = 'S' and not has_sequence_privilege(c.oid, 'USAGE'))
            order by 1)"
    );
    let asked = Instant::now();
    let facts: Option<Facts> = one(&connection, facts, []).await?;
    let way = i64::try_from(asked.elapsed().as_millis()).unwrap_or_default() / 2;
    let ours = clock.now().timestamp_millis();
    let facts = facts.ok_or_else(|| Error::Database(DbErr::Custom("it tells nothing of itself".to_owned())))?;
    let denied: Vec<Denied> = all(&connection, denied, []).await?;
    let unread = denied.iter().any(|row| row.relation == "seaql_migrations");
    let schema = if unread { Ok((None, Vec::new(), None)) } else { schema(&connection).await };
    connection.close().await.map_err(Error::from)?;
    let (applied, pending, newer) = schema?;
    Ok(Checkup {
        server: format!("PostgreSQL {}", facts.version),
        role: Some(facts.role),
        tls: facts.tls,
        in_force: vec![
            ("lock_timeout", facts.lock_timeout),
            ("statement_timeout", facts.statement_timeout),
            ("idle_in_transaction_session_timeout", facts.idle_timeout),
        ],
        takes_writes: facts.takes_writes,
        denied: denied.into_iter().map(|row| row.relation).collect(),
        may_migrate: facts.may_migrate,
        applied,
        pending,
        newer,
        ahead_ms: Some(facts.now_ms + way - ours),
        most_connections: Some(facts.most_connections),
    })
}

async fn of_file(path: &Path) -> Result<Checkup, StartError> {
    #[derive(FromQueryResult)]
    struct Facts {
        version: String,
        journal: String,
        patience: i64,
    }
    let named = |error| StartError::of(&path.display().to_string(), error);
    let options = connection::sqlite_options(path, false);
    let connection = connection::sqlite_pool(options, 1).await.map_err(named)?;
    let facts = sql!(
        unscoped("the look at the database: no business has a part in it"),
        "#sqlite(select sqlite_version() as version, j.journal_mode as journal, b.timeout as patience
            from pragma_journal_mode j, pragma_busy_timeout b)"
    );
    let facts: Option<Facts> = one(&connection, facts, []).await?;
    let facts = facts.ok_or_else(|| Error::Database(DbErr::Custom("it tells nothing of itself".to_owned())))?;
    // Begun and rolled back: whoever may begin to write has the right, the room for a lock, and a disk that takes it.
    Transaction::begin(&connection, Purpose::Housekeeping, None)
        .await
        .map_err(named)?
        .rollback()
        .await
        .map_err(named)?;
    let schema = schema(&connection).await;
    connection.close().await.map_err(Error::from)?;
    let (applied, pending, newer) = schema?;
    Ok(Checkup {
        server: format!("SQLite {}", facts.version),
        role: None,
        tls: None,
        in_force: vec![
            ("busy_timeout", format!("{} s", facts.patience / 1000)),
            ("journal_mode", facts.journal),
            ("lock_timeout", format!("{LOCK_TIMEOUT_SECONDS} s")),
        ],
        takes_writes: true,
        denied: Vec::new(),
        may_migrate: true,
        applied,
        pending,
        newer,
        ahead_ms: None,
        most_connections: None,
    })
}

/// How many migrations the schema has, which it lacks, and the last that this program does not go on beside.
async fn schema(connection: &DatabaseConnection) -> Result<(Option<usize>, Vec<String>, Option<String>), StartError> {
    let schema = Schema::of(connection).await?;
    let newer = schema.newer.into_iter().rfind(|newer| !newer.is_additive);
    let pending = schema.pending.into_iter().map(|change| change.name).collect();
    Ok((Some(schema.applied), pending, newer.map(|newer| newer.name)))
}
