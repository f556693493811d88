//! What the process connects to: the database and the bus.

use secrecy::{ExposeSecret, SecretString};
use std::path::{Path, PathBuf};

/// The database file, in the data directory.
const FILE: &str = "comanda.db";

/// Which database.
#[derive(Clone, Debug)]
pub enum DatabaseTarget {
    /// A file of this machine.
    Sqlite(PathBuf),
    /// A server; the URL holds the password.
    Postgres(SecretString),
}

impl DatabaseTarget {
    pub(super) fn resolve(url: Option<&SecretString>, data_dir: &Path) -> Result<Self, String> {
        let Some(url) = url.filter(|url| !is_blank(url)) else { return Ok(Self::Sqlite(data_dir.join(FILE))) };
        let text = url.expose_secret().trim();
        match text.split_once(':') {
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
                one_server(&rest[2..])?;
                Ok(Self::Postgres(text.into()))
            }
            Some(("sqlite", rest)) => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                let path = path.split_once('?').map_or(path, |(path, _)| path);
                match path {
                    "" | ":memory:" => Err("DATABASE_URL names no SQLite file: write sqlite://path/to/comanda.db (a database in memory is not supported: every connection would have its own)".into()),
                    path => Ok(Self::Sqlite(path.into())),
                }
            }
            // The text may hold a password, so it is not repeated.
            _ => Err("DATABASE_URL has an unknown scheme: write postgres://user:password@host/name or sqlite://path, or unset it for SQLite in COMANDA_DATA_DIR".into()),
        }
    }
}

/// Refuses what libpq knows and the driver does not: several servers in one URL, and a wish for one without writes.
fn one_server(rest: &str) -> Result<(), String> {
    let (target, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = target.split_once('/').map_or(target, |(authority, _)| authority);
    // A password may hold a comma.
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let parameters: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let named = |name: &'static str| parameters.iter().filter(move |(key, _)| key == name).map(|(_, value)| &**value);
    let several = ["host", "hostaddr", "port"].into_iter().flat_map(named).any(|value| value.contains(','));
    if several || hosts.contains(',') {
        return Err("DATABASE_URL names several hosts: name one, such as the address that follows the primary (a \
            virtual IP, HAProxy, PgBouncer in session mode), and it is connected to again after a fail-over"
            .into());
    }
    match named("target_session_attrs").find(|wanted| !matches!(*wanted, "any" | "read-write" | "primary")) {
        Some(wanted) => Err(format!(
            "DATABASE_URL has target_session_attrs={wanted}: Comanda writes, so read-write, primary and any are what it \
             can do"
        )),
        None => Ok(()),
    }
}

/// Which event bus.
#[derive(Clone, Debug)]
pub enum BusTarget {
    /// Inside this process.
    InProcess,
    /// Redis or Valkey; the URL may hold a password.
    Redis(SecretString),
}

impl BusTarget {
    pub(super) fn resolve(url: Option<&SecretString>) -> Result<Self, String> {
        let Some(url) = url.filter(|url| !is_blank(url)) else { return Ok(Self::InProcess) };
        let text = url.expose_secret().trim();
        match fred::types::config::Config::from_url(text) {
            Ok(_) => Ok(Self::Redis(text.into())),
            Err(_) => Err("REDIS_URL is not a Redis URL: write redis://host:6379, rediss://user:password@host:6379 or redis-cluster://host:6379?node=other:6379, or unset it to run as one process".into()),
        }
    }
}

/// A variable set to nothing counts as unset: compose files pass on empty ones.
pub(super) fn is_blank(secret: &SecretString) -> bool {
    secret.expose_secret().trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(url: &str) -> Result<DatabaseTarget, String> {
        DatabaseTarget::resolve(Some(&url.into()), Path::new("data"))
    }

    #[test]
    fn without_a_url_the_database_is_a_file() {
        assert!(
            matches!(DatabaseTarget::resolve(None, Path::new("d")).unwrap(), DatabaseTarget::Sqlite(path) if path == Path::new("d/comanda.db"))
        );
        assert!(matches!(database("  ").unwrap(), DatabaseTarget::Sqlite(_)));
    }

    #[test]
    fn urls_choose_the_database() {
        assert!(matches!(database("postgres://u:p@h/n").unwrap(), DatabaseTarget::Postgres(_)));
        assert!(matches!(database("postgresql://h/n").unwrap(), DatabaseTarget::Postgres(_)));
        for (url, expected) in
            [("sqlite://a/b.db?mode=rwc", "a/b.db"), ("sqlite:///abs/b.db", "/abs/b.db"), ("sqlite:b.db", "b.db")]
        {
            assert!(
                matches!(database(url).unwrap(), DatabaseTarget::Sqlite(path) if path == Path::new(expected)),
                "{url}"
            );
        }
        for wrong in ["mysql://u:hunter2@h/n", "hunter2", "sqlite::memory:", "sqlite://"] {
            let problem = database(wrong).unwrap_err();
            assert!(problem.contains("DATABASE_URL") && !problem.contains("hunter2"), "{problem}");
        }
    }

    #[test]
    fn several_servers_are_refused_with_a_sentence() {
        for url in [
            "postgres://u:p@a:1,b:2/n",
            "postgres://u:p@a,b/n?target_session_attrs=read-write",
            "postgresql://a,b",
            "postgres://u:p@/n?host=a,b",
            "postgres://u:p@/n?host=a%2Cb",
            "postgres://u:p@a/n?port=1,2",
        ] {
            assert!(database(url).unwrap_err().contains("several hosts"), "{url}");
        }
        for url in ["postgres://u:p,q@a/n", "postgres://a/n,m", "postgres://a/n?target_session_attrs=any"] {
            assert!(database(url).is_ok(), "{url}");
        }
        for wanted in ["standby", "read-only", "prefer-standby"] {
            let problem = database(&format!("postgres://a/n?target_session_attrs={wanted}")).unwrap_err();
            assert!(problem.contains(wanted), "{problem}");
        }
    }

    #[test]
    fn passwords_do_not_print() {
        let printed = format!(
            "{:?} {:?}",
            database("postgres://u:hunter2@h/n"),
            BusTarget::resolve(Some(&"redis://:hunter2@h".into()))
        );
        assert!(!printed.contains("hunter2"), "{printed}");
    }

    #[test]
    fn the_bus_takes_single_servers_clusters_and_tls() {
        for url in ["redis://h:6379", "rediss://u:p@h", "redis-cluster://h:7000?node=h:7001", "valkey://h"] {
            assert!(matches!(BusTarget::resolve(Some(&url.into())).unwrap(), BusTarget::Redis(_)), "{url}");
        }
        assert!(matches!(BusTarget::resolve(None).unwrap(), BusTarget::InProcess));
        assert!(BusTarget::resolve(Some(&"localhost".into())).unwrap_err().contains("REDIS_URL"));
    }
}
