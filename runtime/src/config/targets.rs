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
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => Ok(Self::Postgres(text.into())),
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
