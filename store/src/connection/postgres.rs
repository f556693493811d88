//! Connections to PostgreSQL: what the URL says, what the first one finds out, and what is set on each.
//!
//! A session's settings are set after it is open and then read back, not sent with the first packet: PgBouncer refuses
//! a packet that brings any, unless it is told to ignore them, and a pooler that ignores them loses the time-outs.

use super::{connection_error, pool_options, query_error};
use crate::{
    database::{LOCK_TIMEOUT_SECONDS, STATEMENT_TIMEOUT_SECONDS},
    start_error::StartError,
};
use sea_orm::{
    DatabaseConnection, DbErr, SqlxPostgresConnector,
    sqlx::{
        self, AssertSqlSafe, ConnectOptions, Connection, Executor, Row,
        postgres::{PgConnectOptions, PgConnection, PgSslMode},
    },
};
use std::{
    env, io,
    time::{Duration, Instant},
};
use url::Url;
use uuid::Uuid;

/// The oldest version that is tested, as `server_version_num` says it.
const OLDEST: u32 = 150_000;
/// How long a start waits for a server that is starting itself, or that does not answer.
const FIRST_CONNECT: Duration = Duration::from_secs(5);
/// How soon a server that is starting is asked again.
const AGAIN: Duration = Duration::from_millis(200);
/// The program's name in `pg_stat_activity`, where the URL says no other.
const APPLICATION: &str = "comanda";

/// What is wrong with a pooler that lends its sessions by transaction or by statement.
const POOLED: &str = "it is behind a pooler that gives each transaction another session. Comanda needs session \
    pooling: set pool_mode = session in PgBouncer for this database, or connect to PostgreSQL itself";

/// What a session is told after it is open.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Session {
    /// The time-outs of a request.
    Request,
    /// None of its own: a migration may rewrite a large table.
    Migration,
}

impl Session {
    /// Names and values, as PostgreSQL writes them itself.
    ///
    /// Whoever has waited for a lock must see what its holder did (I5): the role or the database may have another
    /// isolation by default, in which a transaction goes on seeing what was there before.
    fn settings(self) -> Vec<(&'static str, String)> {
        let mut settings = vec![("default_transaction_isolation", "read committed".to_owned())];
        if matches!(self, Self::Request) {
            settings.push(("lock_timeout", format!("{LOCK_TIMEOUT_SECONDS}s")));
            settings.push(("statement_timeout", format!("{STATEMENT_TIMEOUT_SECONDS}s")));
            settings.push(("idle_in_transaction_session_timeout", "30s".to_owned()));
        }
        settings
    }

    /// Sets what the session needs, and reads it back, in one round trip.
    async fn set_up(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let settings = self.settings();
        let set: String = settings.iter().map(|(name, value)| format!("set {name} = '{value}'; ")).collect();
        let read: Vec<_> = settings.iter().map(|(name, _)| format!("current_setting('{name}')")).collect();
        let row = connection.fetch_one(raw(format!("{set}select {}", read.join(", ")))).await?;
        for (at, (name, wanted)) in settings.iter().enumerate() {
            let found: String = row.try_get(at)?;
            if found != *wanted {
                return Err(sqlx::Error::Protocol(format!("{name} was set to {wanted} and is {found}")));
            }
        }
        Ok(())
    }
}

/// How to connect to the server that `url` names.
///
/// # Errors
/// The URL is none.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions, DbErr> {
    let wrong = |why: String| connection_error(sqlx::Error::Configuration(why.into()));
    let mut url: Url = url.parse().map_err(|error: url::ParseError| wrong(error.to_string()))?;
    let is_root = |name: &str| matches!(name, "sslrootcert" | "ssl-root-cert" | "ssl-ca");
    let said: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let machines_roots = said.iter().any(|(name, value)| is_root(name) && value == "system");
    let own_roots = said.iter().any(|(name, _)| is_root(name)) || env::var_os("PGSSLROOTCERT").is_some();
    // What the driver does not know: the start looks by itself whether the server takes writes.
    let unknown = |name: &str, value: &str| name == "target_session_attrs" || (is_root(name) && value == "system");
    let known: Vec<_> = said.iter().filter(|(name, value)| !unknown(name, value)).collect();
    url.set_query(None);
    if !known.is_empty() {
        url.query_pairs_mut().extend_pairs(known);
    }
    let mut options = PgConnectOptions::from_url(&url).map_err(connection_error)?;
    // As libpq does: the driver would verify nothing in this mode, whatever authority is named.
    options = match options.get_ssl_mode() {
        _ if machines_roots => options.ssl_mode(PgSslMode::VerifyFull),
        PgSslMode::Require if own_roots => options.ssl_mode(PgSslMode::VerifyCa),
        _ => options,
    };
    if options.get_application_name().is_none() {
        options = options.application_name(APPLICATION);
    }
    // PgBouncer refuses the digits too; no column of ours is a float.
    Ok(options.extra_float_digits(None).disable_statement_logging())
}

/// Opens a pool of at most `size` connections.
pub(crate) async fn pool(options: PgConnectOptions, size: u32, session: Session) -> Result<DatabaseConnection, DbErr> {
    let rules =
        pool_options(size).after_connect(move |connection: &mut PgConnection, _| Box::pin(session.set_up(connection)));
    let pool = rules.connect_with(options).await.map_err(connection_error)?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

/// Connects for the first time and finds out whether the server can be used. A pool would wait for it and then say no
/// more than that it waited.
///
/// # Errors
/// Why not, and what to do.
pub(crate) async fn examined(url: &str) -> Result<PgConnectOptions, StartError> {
    let options = options(url).map_err(StartError::from)?;
    let target = named(&options);
    let found = tokio::time::timeout(2 * FIRST_CONNECT, async {
        let (options, mut first) = first_connection(options).await?;
        let why = examine(&options, &mut first).await?;
        // Said plainly, so that the server keeps no backend of it; it was good, and may end as it likes.
        let _ = first.close().await;
        Ok::<_, sqlx::Error>((why, options))
    });
    match found.await {
        Ok(Ok((None, options))) => Ok(options),
        Ok(Ok((Some(why), _))) => Err(StartError::unfit(&target, why)),
        Ok(Err(error)) => Err(StartError::of(&target, connection_error(error))),
        Err(_) => {
            let silent = io::Error::new(io::ErrorKind::TimedOut, "it does not answer");
            Err(StartError::of(&target, connection_error(silent.into())))
        }
    }
}

/// The server and the database, for people; never the password.
fn named(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    match options.get_socket() {
        Some(socket) => format!("{database} at {}", socket.display()),
        None => format!("{database} at {}:{}", options.get_host(), options.get_port()),
    }
}

/// Waits for a server that is starting, and for no other.
async fn first_connection(options: PgConnectOptions) -> Result<(PgConnectOptions, PgConnection), sqlx::Error> {
    let begun = Instant::now();
    loop {
        match connect(&options).await {
            Err(error) if is_starting(&error) && begun.elapsed() < FIRST_CONNECT => tokio::time::sleep(AGAIN).await,
            done => return done,
        }
    }
}

fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == io::ErrorKind::ConnectionRefused,
        other => other.as_database_error().and_then(|error| error.code()).as_deref() == Some("57P03"),
    }
}

/// Connects in the URL's `sslmode`, and tells in which one that was. The driver's `allow` never speaks TLS and its
/// `prefer` never does without where the server offers it; libpq tries the other way when it is turned away.
async fn connect(options: &PgConnectOptions) -> Result<(PgConnectOptions, PgConnection), sqlx::Error> {
    let other = match options.get_ssl_mode() {
        PgSslMode::Allow => PgSslMode::Require,
        PgSslMode::Prefer => PgSslMode::Disable,
        PgSslMode::Disable | PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => {
            return Ok((options.clone(), options.connect().await?));
        }
    };
    let turned_away = match options.connect().await {
        Ok(connection) => return Ok((options.clone(), connection)),
        Err(error) if is_turned_away(&error) => error,
        Err(error) => return Err(error),
    };
    let options = options.clone().ssl_mode(other);
    match options.connect().await {
        Ok(connection) => Ok((options, connection)),
        Err(error) if is_turned_away(&error) => Err(turned_away),
        Err(error) => Err(error),
    }
}

/// Whether another `sslmode` may be let in: no line of `pg_hba.conf` fits, a pooler wants TLS, or the handshake failed.
fn is_turned_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(error) => error.kind() == io::ErrorKind::InvalidData,
        other => {
            let code = other.as_database_error().and_then(|error| error.code());
            matches!(code.as_deref(), Some("28000" | "08P01"))
        }
    }
}

/// Looks whether the server is new enough, and whether a session keeps its server: why not, or none.
///
/// Behind a transaction pooler each statement may run in another session. Time-outs get lost, and the driver's named
/// statements are prepared in one session and asked for in another, which answers with what it has under that name.
async fn examine(options: &PgConnectOptions, first: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let version: String = first.fetch_one(raw("show server_version_num".to_owned())).await?.try_get(0)?;
    if let Some(why) = too_old(&version) {
        return Ok(Some(why));
    }
    let mark = Uuid::new_v4().simple().to_string();
    first.execute(raw(format!("set comanda.session = '{mark}'"))).await?;
    // A pooler that lends sessions whole may have no other to lend, and a server no room for a second one.
    let Ok(Ok(mut second)) = tokio::time::timeout(FIRST_CONNECT / 2, options.connect()).await else { return Ok(None) };
    // While this transaction is open, a pooler that lends sessions by transaction has lent it one, perhaps the first's.
    // One that lends them by statement refuses it.
    if second.execute(raw("begin".to_owned())).await.is_err() {
        return Ok(Some(POOLED.to_owned()));
    }
    let leaked = session_mark(&mut second).await?;
    let kept = session_mark(first).await?;
    second.execute(raw("rollback".to_owned())).await?;
    let _ = second.close().await;
    let keeps_its_session = leaked.as_deref() != Some(mark.as_str()) && kept.as_deref() == Some(mark.as_str());
    Ok((!keeps_its_session).then(|| POOLED.to_owned()))
}

async fn session_mark(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    connection.fetch_one(raw("select current_setting('comanda.session', true)".to_owned())).await?.try_get(0)
}

fn too_old(version: &str) -> Option<String> {
    let version: u32 = version.parse().unwrap_or_default();
    let (major, minor, oldest) = (version / 10_000, version % 10_000, OLDEST / 10_000);
    (version < OLDEST)
        .then(|| format!("it is PostgreSQL {major}.{minor}. Comanda needs {oldest} or newer: update the server"))
}

/// A statement without parameters by the simple protocol, which prepares nothing.
fn raw(sql: String) -> sqlx::RawSql {
    sqlx::raw_sql(AssertSqlSafe(sql))
}

/// Whether the server takes writes now.
///
/// # Errors
/// It does not answer.
pub(crate) async fn takes_writes(connection: &DatabaseConnection) -> Result<bool, DbErr> {
    let pool = connection.get_postgres_connection_pool();
    let row = pool.fetch_one(raw("show transaction_read_only".to_owned())).await.map_err(query_error)?;
    Ok(row.try_get::<String, _>(0).map_err(query_error)? == "off")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> String {
        format!("{:?}", options(url).unwrap().get_ssl_mode())
    }

    #[test]
    fn an_authority_that_is_named_is_asked() {
        assert_eq!(mode("postgres://u@h/n?sslmode=require"), "Require");
        assert_eq!(mode("postgres://u@h/n?sslmode=require&sslrootcert=/ca.pem"), "VerifyCa");
        assert_eq!(mode("postgres://u@h/n?sslmode=verify-full&sslrootcert=/ca.pem"), "VerifyFull");
        assert_eq!(mode("postgres://u@h/n?sslmode=verify-ca"), "VerifyCa");
        assert_eq!(mode("postgres://u@h/n?sslrootcert=system"), "VerifyFull");
        assert_eq!(mode("postgres://u@h/n?sslmode=disable"), "Disable");
    }

    #[test]
    fn the_program_says_its_name_and_sends_nothing_that_a_pooler_refuses() {
        let plain = options("postgres://u@h/n?target_session_attrs=read-write").unwrap();
        assert_eq!((plain.get_application_name(), plain.get_options()), (Some("comanda"), None));
        let own = options("postgres://u@h/n?application_name=till&target_session_attrs=any").unwrap();
        assert_eq!(own.get_application_name(), Some("till"));
    }

    #[test]
    fn no_password_is_named() {
        let options = options("postgres://u:hunter2@h:7/n").unwrap();
        assert_eq!(named(&options), "n at h:7");
    }

    #[test]
    fn fifteen_is_new_enough() {
        assert_eq!(too_old("150000"), None);
        assert_eq!(too_old("180003"), None);
        assert!(too_old("140022").unwrap().starts_with("it is PostgreSQL 14.22. Comanda needs 15 or newer"));
        assert!(too_old("90603").unwrap().contains("PostgreSQL 9.603"));
        assert!(too_old("").is_some());
    }
}
