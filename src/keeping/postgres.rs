//! PostgreSQL's own programs: `pg_dump`, `pg_restore` and `psql`. What they need to connect goes by their environment,
//! for arguments are shown to everybody on the machine by `ps`.

use crate::console::Failure;
use percent_encoding::percent_decode_str;
use std::{io, path::Path, process::Stdio};
use tokio::process::Command;
use url::Url;

/// How many lines of a program's complaint are told.
const LINES: usize = 3;

/// The parameters of a URL that have a variable in `libpq`; drivers know some by several names.
const VARIABLES: [(&str, &str); 14] = [
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("port", "PGPORT"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("dbname", "PGDATABASE"),
    ("sslmode", "PGSSLMODE"),
    ("ssl-mode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("ssl-root-cert", "PGSSLROOTCERT"),
    ("ssl-ca", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("options", "PGOPTIONS"),
];

/// What `libpq` reads from its environment in place of a URL.
fn environment(url: &str) -> Result<Vec<(&'static str, String)>, Failure> {
    let url = Url::parse(url).map_err(|error| format!("DATABASE_URL is no address of a database: {error}"))?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let parts = [
        ("PGHOST", url.host_str().map(decoded)),
        ("PGPORT", url.port().map(|port| port.to_string())),
        ("PGUSER", Some(decoded(url.username()))),
        ("PGPASSWORD", url.password().map(decoded)),
        ("PGDATABASE", Some(decoded(url.path().trim_start_matches('/')))),
    ];
    let parts = parts.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)));
    let said = url.query_pairs().filter_map(|(name, value)| {
        let (_, variable) = VARIABLES.iter().find(|(known, _)| *known == name)?;
        Some((*variable, value.into_owned()))
    });
    Ok(parts.chain(said).collect())
}

/// Dumps the database at `url` into the file `to`, as `snapshot` sees it, in the custom format.
pub(super) async fn dump(url: &str, snapshot: &str, to: &Path) -> Result<(), Failure> {
    let mut command = Command::new("pg_dump");
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--no-password"]);
    // The archive compresses what the dump left; twice would cost time alone.
    command.arg("--compress=0").arg(format!("--snapshot={snapshot}")).arg("--file").arg(to);
    run("pg_dump", command.envs(environment(url)?)).await
}

/// Has `pg_restore` read the dump `file` from its first object to its last.
pub(super) async fn read(file: &Path) -> Result<(), Failure> {
    run("pg_restore", Command::new("pg_restore").arg("--file=/dev/null").arg(file)).await
}

/// Makes a script of the dump `file`.
pub(super) async fn script(file: &Path, to: &Path) -> Result<(), Failure> {
    let mut command = Command::new("pg_restore");
    command.args(["--no-owner", "--no-privileges", "--exit-on-error"]).arg("--file").arg(to).arg(file);
    run("pg_restore", &mut command).await
}

/// Plays scripts into the database at `url`, all of them in one transaction.
pub(super) async fn play(url: &str, scripts: [&Path; 2]) -> Result<(), Failure> {
    let mut command = Command::new("psql");
    command.args(["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--single-transaction"]);
    command.args(["--output", "/dev/null"]);
    for script in scripts {
        command.arg("--file").arg(script);
    }
    run("psql", command.envs(environment(url)?)).await
}

async fn run(program: &str, command: &mut Command) -> Result<(), Failure> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
    let output = output.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!(
            "{program} is not there: install the client programs of your PostgreSQL's version (Debian: postgresql-client)"
        ),
        _ => format!("{program} cannot be started: {error}"),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES).collect();
    Err(format!("{program} failed ({}): {}", output.status, said.join("; ")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(url: &str) -> Vec<String> {
        environment(url).unwrap().into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn every_part_of_a_url_has_its_variable() {
        let found =
            variables("postgres://ana:p%40ss%2Bw@db.example:6432/menu?sslmode=verify-full&sslrootcert=%2Fca.pem&x=1");
        let wanted = [
            "PGHOST=db.example",
            "PGPORT=6432",
            "PGUSER=ana",
            "PGPASSWORD=p@ss+w",
            "PGDATABASE=menu",
            "PGSSLMODE=verify-full",
            "PGSSLROOTCERT=/ca.pem",
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn what_is_not_said_is_left_to_the_programs() {
        assert_eq!(variables("postgres:///menu?host=/run/postgresql"), ["PGDATABASE=menu", "PGHOST=/run/postgresql"]);
        assert_eq!(variables("postgres://%2Frun%2Fpg/menu"), ["PGHOST=/run/pg", "PGDATABASE=menu"]);
    }

    #[tokio::test]
    async fn a_program_that_fails_or_is_not_there_is_named() {
        let gone = run("pg_nothing", &mut Command::new("pg_nothing")).await.unwrap_err().to_string();
        assert!(gone.starts_with("pg_nothing is not there: install"), "{gone}");
        let failed = run("ls", Command::new("ls").arg("/no such place")).await.unwrap_err().to_string();
        assert!(failed.starts_with("ls failed (") && failed.contains("no such place"), "{failed}");
    }
}
