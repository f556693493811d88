//! The database: whether it answers, in which version and with which rights, and how far its schema is.

use super::{Patient, report::Line};
use domain::SystemClock;
use runtime::DatabaseTarget;
use secrecy::ExposeSecret;
use store::{Checkup, Location};

/// By how much another clock may differ, in milliseconds: tokens and leases go by both.
pub(super) const SKEW_MS: i64 = 2_000;

/// The database that the settings name; none where they name none, or a file that is not there yet.
pub(super) fn location(patient: &Patient) -> Option<Location> {
    match patient.known.database.as_ref()? {
        DatabaseTarget::Sqlite(path) => path.exists().then(|| Location::Sqlite(path.clone())),
        DatabaseTarget::Postgres(url) => Some(Location::Postgres(url.expose_secret().to_owned())),
    }
}

pub(super) async fn lines(patient: &Patient) -> Vec<Line> {
    let Some(location) = location(patient) else {
        return match &patient.known.database {
            Some(DatabaseTarget::Sqlite(path)) => {
                let what = format!("there is no {} yet", path.display());
                vec![Line::warning("database.connection", what, "`comanda migrate`, or the first start, makes it")]
            }
            // Said among the settings.
            _ => Vec::new(),
        };
    };
    match location.check_up(&SystemClock).await {
        Ok(found) => found_lines(patient, &found),
        Err(error) => {
            let text = error.to_string();
            let (what, cure) = text.split_once(". ").unwrap_or((&text, "look at DATABASE_URL and at the server's log"));
            vec![Line::wrong("database.connection", what, cure)]
        }
    }
}

fn found_lines(patient: &Patient, found: &Checkup) -> Vec<Line> {
    let is_server = found.role.is_some();
    let who = found.role.as_ref().map_or_else(String::new, |role| format!(", as {role}"));
    let pooled =
        if is_server { "; each session keeps its server, as behind no pooler or one that pools sessions" } else { "" };
    let mut lines = vec![Line::ok("database.connection", format!("{}{who}{pooled}", found.server))];
    lines.extend((!found.takes_writes).then(|| {
        let cure = "name the primary in DATABASE_URL, or lift default_transaction_read_only of role and database";
        Line::wrong("database.writes", "it takes no writes: it is a standby or set to read-only", cure)
    }));
    lines.push(rights(found));
    let in_force: Vec<_> = found.in_force.iter().map(|(name, value)| format!("{name} {value}")).collect();
    lines.push(Line::ok("database.timeouts", in_force.join(", ")));
    if is_server {
        lines.push(tls(patient, found));
        lines.extend(connections(patient, found));
    }
    lines.extend(found.applied.map(|applied| migrations(found, applied)));
    lines.extend(found.ahead_ms.map(|ahead| skew("clock.database", "the database's", ahead)));
    lines
}

fn rights(found: &Checkup) -> Line {
    let role = found.role.as_deref().unwrap_or_default();
    if let [first, ..] = &found.denied[..] {
        let what = format!("{role} may not use {} tables and sequences, such as {first}", found.denied.len());
        let cure = format!(
            "as the owner: grant select, insert, update, delete on all tables in schema public to {role}; \
             grant usage on all sequences in schema public to {role}"
        );
        return Line::wrong("database.rights", what, cure);
    }
    if found.may_migrate {
        return Line::ok("database.rights", "may read, write and migrate");
    }
    if found.pending.is_empty() {
        return Line::ok("database.rights", "may read and write; another role migrates");
    }
    let cure = "run `comanda migrate` with the DATABASE_URL of the schema's owner, who needs CREATE";
    Line::wrong("database.rights", format!("{role} may not migrate, and migrations are pending"), cure)
}

fn tls(patient: &Patient, found: &Checkup) -> Line {
    let is_local = matches!(&patient.known.database, Some(DatabaseTarget::Postgres(url)) if is_of_this_machine(url.expose_secret()));
    match &found.tls {
        Some(cipher) => Line::ok("database.tls", cipher.as_str()),
        None if is_local => Line::ok("database.tls", "none, and none needed: the server is this machine"),
        None => {
            let cure = "add sslmode=verify-full, and sslrootcert=FILE for an authority of your own, to DATABASE_URL";
            Line::warning("database.tls", "the connection is not encrypted", cure)
        }
    }
}

/// Whether a URL names a host of this machine, or a socket.
pub(super) fn is_of_this_machine(url: &str) -> bool {
    let url = url::Url::parse(url).ok();
    let said = url.as_ref().and_then(|url| url.query_pairs().find(|(name, _)| name == "host"));
    if let Some((_, host)) = said {
        return host.starts_with('/') || host == "localhost";
    }
    let host = url.as_ref().and_then(|url| url.host().map(|host| host.to_owned()));
    match host {
        Some(url::Host::Domain(name)) => {
            let address = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            name.is_empty() || name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => true,
    }
}

fn connections(patient: &Patient, found: &Checkup) -> Option<Line> {
    let (most, pool) = (found.most_connections?, i64::from(patient.args.db_pool));
    // The superuser's own three, and one that migrates.
    let room = most - 4;
    Some(if pool > room {
        let what = format!("each process may hold {pool} connections, and the server takes {most}");
        Line::wrong("database.connections", what, "lower COMANDA_DB_POOL or raise max_connections")
    } else {
        let what = format!("{pool} a process at most, of {most}: room for {} processes", room / pool.max(1));
        Line::ok("database.connections", what)
    })
}

fn migrations(found: &Checkup, applied: usize) -> Line {
    if let Some(newer) = &found.newer {
        let what = format!("the schema is of a newer version of Comanda ({newer})");
        return Line::wrong(
            "database.migrations",
            what,
            "start that version, or restore a backup from before the update",
        );
    }
    match &found.pending[..] {
        [] => Line::ok("database.migrations", format!("all {applied} are there")),
        [first, ..] => {
            let what = format!("{} are pending, from {first} on", found.pending.len());
            Line::warning("database.migrations", what, "run `comanda migrate`; the next start does it too")
        }
    }
}

/// A clock beside this machine's.
pub(super) fn skew(check: &'static str, whose: &str, ahead_ms: i64) -> Line {
    if ahead_ms.abs() <= SKEW_MS {
        return Line::ok(check, format!("{whose} clock and this machine's agree"));
    }
    let way = if ahead_ms > 0 { "ahead of" } else { "behind" };
    let what = format!("{whose} clock is {} s {way} this machine's", ahead_ms.abs() / 1000);
    Line::warning(check, what, "let both machines follow a time server (chrony, systemd-timesyncd)")
}

#[cfg(test)]
mod tests {
    use super::{super::report::State, *};

    #[test]
    fn a_clock_may_differ_by_two_seconds() {
        let state = |ahead| skew("clock.bus", "Redis's", ahead).state;
        assert_eq!([-2_000, 0, 2_000].map(state), [State::Ok; 3]);
        assert_eq!([-2_001, 2_001].map(state), [State::Warning; 2]);
        assert!(skew("clock.bus", "Redis's", -90_000).what.contains("90 s behind"));
    }

    #[test]
    fn what_stays_on_this_machine_needs_no_tls() {
        for here in [
            "postgres://u:p@127.0.0.1:5432/n",
            "postgres://u@localhost/n",
            "postgres:///n?host=/run/postgresql",
            "redis://[::1]:6379",
            "redis://127.0.0.1",
        ] {
            assert!(is_of_this_machine(here), "{here}");
        }
        for there in [
            "postgres://u:p@db.example.com/n",
            "postgres:///n?host=db.example.com",
            "redis://10.0.0.5:6379",
            "redis-cluster://[fd00::1]:7000",
        ] {
            assert!(!is_of_this_machine(there), "{there}");
        }
    }
}
