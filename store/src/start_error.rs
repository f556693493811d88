//! Why the database cannot be used by a program that starts: the whole chain of causes, and what to do about it.

use crate::error::{Error, code, driver};
use sea_orm::{DbErr, RuntimeErr, sqlx};
use std::{error, fmt, io};

/// Why the start failed at the database. It names the server and never a password.
#[derive(Debug)]
pub struct StartError {
    what: String,
    advice: Option<&'static str>,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.advice {
            Some(advice) => write!(f, "{}. {advice}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

impl error::Error for StartError {}

impl StartError {
    /// The database `target` failed.
    pub(crate) fn of(target: &str, cause: DbErr) -> Self {
        let (why, advice) = (plain(&cause), advice(&cause));
        Self { what: format!("the database {target} cannot be used: {why}"), advice }
    }

    /// The database `target` answers and is not what it must be; `why` says what to do.
    pub(crate) fn unfit(target: &str, why: String) -> Self {
        Self { what: format!("the database {target} cannot be used: {why}"), advice: None }
    }

    /// Something about the database is not as it must be.
    pub(crate) fn saying(what: impl Into<String>) -> Self {
        Self { what: what.into(), advice: None }
    }
}

impl From<DbErr> for StartError {
    fn from(cause: DbErr) -> Self {
        Self { what: format!("the database cannot be used: {}", plain(&cause)), advice: advice(&cause) }
    }
}

impl From<Error> for StartError {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable(cause) | Error::Database(cause) => cause.into(),
            other => Self::saying(format!("the database cannot be used: {other}")),
        }
    }
}

/// What failed, without the driver's words for where in the driver it failed.
fn plain(cause: &DbErr) -> String {
    match (driver(cause), cause) {
        (Some(sqlx::Error::Database(error)), _) => match error.code() {
            Some(code) => format!("{} ({code})", error.message()),
            None => error.message().to_owned(),
        },
        (Some(sqlx::Error::Io(error)), _) => error.to_string(),
        (Some(error), _) => error.to_string(),
        (None, DbErr::Custom(why) | DbErr::Conn(RuntimeErr::Internal(why))) => why.clone(),
        (None, other) => other.to_string(),
    }
}

/// What somebody who runs the program can do about it.
fn advice(cause: &DbErr) -> Option<&'static str> {
    if let Some(sqlx::Error::Io(error)) = driver(cause) {
        return of_io(error);
    }
    if let Some(sqlx::Error::Tls(error)) = driver(cause) {
        return Some(of_tls(&error.to_string()));
    }
    let (code, text) = (code(cause)?, plain(cause));
    // A pooler's own words come with codes of its own choice.
    if text.contains("unsupported startup parameter") {
        return Some("A pooler refuses what DATABASE_URL sets in `options`: leave it out");
    }
    Some(match code.as_str() {
        "28000" if text.contains("no encryption") => {
            "The server wants TLS: add sslmode=verify-full, and sslrootcert=FILE for an authority of your own, to \
             DATABASE_URL"
        }
        "28000" => {
            "The user may not sign in from here: look at the user in DATABASE_URL and at the server's pg_hba.conf"
        }
        "28P01" | "08P01" if text.contains("password") || text.contains("auth") => {
            "Look at user and password in DATABASE_URL; characters such as @ : / % must be written as %40 %3A %2F %25"
        }
        "3D000" => "There is no such database: create it with `createdb`, or name another in DATABASE_URL",
        "42501" => {
            "The role of DATABASE_URL lacks a right. `comanda migrate` needs to own the schema (CREATE included); the \
             API and the gateway need to read and write its tables: run `comanda migrate` as the owner, then grant"
        }
        "25006" => {
            "The server takes no writes: it is a standby or is set to read-only. Name the primary in DATABASE_URL"
        }
        "53100" | "13" => "The disk of the database is full: make room, then start again",
        "53200" => "The database server is out of memory",
        "53300" => "The server has no connection left: lower COMANDA_DB_POOL or raise max_connections",
        "57P03" => "The server is starting, stopping or recovering: start again when it is ready",
        "57P01" | "57P02" => "The server is being stopped: start again when it is back",
        "14" => "The directory of the file must exist, and this user must be allowed to write in it",
        "8" => "This user may not write the file or its directory",
        "26" | "11" => "The file is no sound SQLite database: name another one, or restore a backup",
        _ => return None,
    })
}

fn of_io(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            Some("Nothing listens there: is the server started, and is the port right?")
        }
        io::ErrorKind::TimedOut => Some("Look at host and port in DATABASE_URL, and at what stands between"),
        io::ErrorKind::InvalidData => Some(of_tls(&error.to_string())),
        io::ErrorKind::NotFound => {
            Some("There is no such file or socket: look at the host and at sslrootcert in DATABASE_URL")
        }
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            Some("The other side hung up: look at its log, and whether it is a PostgreSQL server at all")
        }
        _ if error.to_string().contains("lookup") => Some("Nobody knows the host: look at its name in DATABASE_URL"),
        _ => None,
    }
}

fn of_tls(error: &str) -> &'static str {
    if error.contains("UnknownIssuer") {
        "This machine does not know who signed the server's certificate: name the authority's file with \
         sslrootcert=FILE in DATABASE_URL"
    } else if error.contains("not valid for") || error.contains("NotValidForName") {
        "The server's certificate is for another name: write the certificate's name as the host in DATABASE_URL, or \
         use sslmode=verify-ca"
    } else if error.contains("does not support TLS") {
        "The server does not speak TLS: switch it on there, or use sslmode=disable where nobody can listen in between"
    } else {
        "TLS with the server failed: look at sslmode and sslrootcert in DATABASE_URL"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{connection::connection_error, error::tests::Said};

    fn told(error: sqlx::Error) -> String {
        StartError::of("menu at db:5432", connection_error(error)).to_string()
    }

    #[test]
    fn each_failure_names_the_server_the_cause_and_what_to_do() {
        for (code, advice) in [
            ("28000", "pg_hba.conf"),
            ("3D000", "createdb"),
            ("42501", "comanda migrate"),
            ("25006", "Name the primary"),
            ("53100", "make room"),
            ("53300", "COMANDA_DB_POOL"),
            ("57P03", "when it is ready"),
            ("13", "make room"),
            ("14", "The directory of the file must exist"),
            ("26", "no sound SQLite database"),
        ] {
            let said = told(sqlx::Error::Database(Box::new(Said(code))));
            assert!(said.starts_with("the database menu at db:5432 cannot be used: "), "{said}");
            assert!(said.contains(&format!("({code})")) && said.contains(advice), "{said}");
        }
    }

    #[test]
    fn what_is_not_the_databases_word_is_told_as_well() {
        for (kind, advice) in [
            (io::ErrorKind::ConnectionRefused, "Nothing listens there"),
            (io::ErrorKind::TimedOut, "host and port"),
            (io::ErrorKind::UnexpectedEof, "hung up"),
            (io::ErrorKind::NotFound, "sslrootcert"),
        ] {
            let said = told(io::Error::new(kind, "cause").into());
            assert!(said.contains("cause") && said.contains(advice), "{said}");
        }
        let unknown = io::Error::new(io::ErrorKind::InvalidData, "invalid peer certificate: UnknownIssuer");
        assert!(told(unknown.into()).contains("sslrootcert=FILE"));
        assert!(told(sqlx::Error::Tls("server does not support TLS".into())).contains("sslmode=disable"));
    }
}
