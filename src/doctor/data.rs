//! What the database's rows say without a look at all of them: payment accounts, time zones of branches, logins of the
//! demo, work that was given up.

use super::{Patient, report::Line};
use crate::{console::Failure, providers::ProviderArgs};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::{SystemClock, payment::AccountStatus, timezone};
use operations::demo;
use provider::Vault;
use runtime::{Bus, Environment};
use std::sync::Arc;
use store::{AccountRow, Database, Location};

/// The oldest that a last backup may be: a night's, and two hours for it to be late. ComandaBackupOld has it too.
const BACKUP_AGE: TimeDelta = TimeDelta::hours(26);

/// The providers that this program speaks to.
pub(super) struct Accounts {
    known: Vec<String>,
}

impl Accounts {
    pub(super) fn of(providers: &ProviderArgs) -> Self {
        Self { known: providers.ids() }
    }
}

pub(super) async fn lines(patient: &Patient, location: &Location, providers: Accounts) -> Vec<Line> {
    match looked(patient, location, &providers).await {
        Ok(lines) => lines,
        Err(error) => {
            let cure = "run `comanda migrate`; then look at the database's own log";
            vec![Line::wrong("data", format!("cannot be read: {error}"), cure)]
        }
    }
}

async fn looked(patient: &Patient, location: &Location, providers: &Accounts) -> Result<Vec<Line>, Failure> {
    let db = Database::connect(location, 1, Arc::new(SystemClock), Arc::new(Bus::in_process())).await?;
    let mut lines = Vec::new();
    if patient.args.environment == Environment::Production {
        lines.push(demo_logins(&db).await?);
        lines.push(backup(&db).await?);
    }
    lines.push(zones(&db).await?);
    lines.extend(accounts(patient, &db, providers).await?);
    let dead = db.all_dead_letters().await?.len();
    lines.push(match dead {
        0 => Line::ok("payments.queue", "no work was given up"),
        _ => {
            let cure = "`comanda dead-letters` shows it, `comanda dead-letters replay ID` tries it once more";
            Line::warning("payments.queue", format!("{dead} pieces of payment work were given up"), cure)
        }
    });
    Ok(lines)
}

async fn demo_logins(db: &Database) -> Result<Line, Failure> {
    let open = demo::published_logins(db).await?.join(" ");
    if open.is_empty() {
        return Ok(Line::ok("logins.demo", "nobody of the demo has the published password"));
    }
    let cure = format!("`comanda user lock {open}`, or `comanda user reset-password LOGIN`");
    Ok(Line::wrong("logins.demo", format!("the demo's published passwords let anybody in as {open}"), cure))
}

async fn backup(db: &Database) -> Result<Line, Failure> {
    let last = db.last_backup().await?.map(|backup| backup.taken_at);
    Ok(saved(last, db.unsaved_since().await?, db.clock().now()))
}

/// How old the last backup is; `since` is its instant, or where there is none that of the first business.
fn saved(last: Option<DateTime<Utc>>, since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Line {
    let Some(since) = since else { return Line::ok("backup.age", "there is nothing to lose yet") };
    let what = match last {
        Some(last) => format!("the last backup is of {}", last.to_rfc3339_opts(SecondsFormat::Secs, true)),
        None => "no backup was made yet".to_owned(),
    };
    if now - since <= BACKUP_AGE {
        return Line::ok("backup.age", what);
    }
    let cure = "`comanda backup --to DIRECTORY` on another disk, each night or with --every (docs/keeping.md)";
    Line::warning("backup.age", what, cure)
}

async fn zones(db: &Database) -> Result<Line, Failure> {
    let branches = db.branch_rows().await?;
    let unknown = branches.iter().find(|branch| !timezone::is_zone(&branch.timezone));
    Ok(match unknown {
        None => Line::ok("zones.branches", format!("the zones of {} open branches are known", branches.len())),
        Some(branch) => {
            let what = format!("branch {} has the zone {}, which nobody knows", branch.slug, branch.timezone);
            Line::wrong("zones.branches", what, "correct the branch's time zone in the dashboard, or update Comanda")
        }
    })
}

async fn accounts(patient: &Patient, db: &Database, providers: &Accounts) -> Result<Vec<Line>, Failure> {
    let accounts = db.accounts_in_use().await?;
    if accounts.is_empty() {
        let what =
            if patient.known.sandbox { "none: the demo pays in its sandbox" } else { "none: staff take all money" };
        return Ok(vec![Line::ok("payments.accounts", what)]);
    }
    let mut names = std::collections::BTreeMap::new();
    for (tenant, slug) in db.tenants().await? {
        names.insert(tenant, slug);
    }
    let vault = patient.known.credentials_key.as_ref().map(Vault::new);
    let judged = accounts.iter().map(|account| {
        let whose = names.get(&account.tenant_id).map_or("?", String::as_str);
        let name = format!("account {} ({}) of {whose}", account.id, account.provider.as_str());
        account_line(account, &name, vault.as_ref(), providers)
    });
    Ok(judged.collect())
}

/// Judges an account by what is stored: no provider is asked.
fn account_line(account: &AccountRow, name: &str, vault: Option<&Vault>, providers: &Accounts) -> Line {
    const CHECK: &str = "payments.accounts";
    let again = "give the account its credentials again in the dashboard";
    if !providers.known.iter().any(|known| known == account.provider.as_str()) {
        return Line::wrong(
            CHECK,
            format!("{name}: this program does not know the provider"),
            "start a version that does",
        );
    }
    if account.status == AccountStatus::Broken {
        return Line::wrong(CHECK, format!("{name}: the provider refused its credentials, and its work waits"), again);
    }
    let opens = vault.map(|vault| vault.open(account.tenant_id, &account.id.to_string(), &account.sealed));
    match opens {
        None => Line::wrong(
            CHECK,
            format!("{name}: the key of its credentials is missing"),
            "set COMANDA_CREDENTIALS_KEY, or restore credentials.key of the data directory",
        ),
        Some(Err(error)) => Line::wrong(
            CHECK,
            format!("{name}: {error}"),
            "set the COMANDA_CREDENTIALS_KEY that sealed it (or restore credentials.key of the data directory), or give \
             the account its credentials again in the dashboard",
        ),
        Some(Ok(_)) => {
            let now = domain::Clock::now(&SystemClock);
            match account.token_expires_at {
                Some(end) if end <= now => {
                    Line::warning(CHECK, format!("{name}: its token ended at {}", end.to_rfc3339()), again)
                }
                _ => Line::ok(CHECK, format!("{name}: its credentials open, and were not refused")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::report::State, *};

    #[test]
    fn a_house_without_a_backup_of_last_night_is_told() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(9);
        let ago = |hours| Some(now - TimeDelta::hours(hours));
        for (last, since, wanted) in [
            (None, None, State::Ok),
            (None, ago(26), State::Ok),
            (None, ago(27), State::Warning),
            (ago(26), ago(26), State::Ok),
            (ago(27), ago(27), State::Warning),
        ] {
            assert_eq!(saved(last, since, now).state, wanted, "{last:?} {since:?}");
        }
        assert!(saved(ago(27), ago(27), now).what.contains("of 1970-01-08T21:00:00Z"));
    }
}
