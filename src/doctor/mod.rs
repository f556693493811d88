//! `comanda doctor`: says of everything that the program leans on what is right, what is wrong, and what cures it.
//!
//! It mends nothing and never stops at the first fault: a wrong setting, a dead database or a dead Redis is a line of
//! its report. Every look has a time-out. It works beside a running server, as the same user and with the same
//! settings.

mod configuration;
mod data;
mod database;
mod deep;
mod machine;
mod others;
mod report;
#[cfg(test)]
mod tests;

pub(crate) use configuration::parse;

use crate::{console::Failure, providers::ProviderArgs};
use data::Accounts;
use report::{Line, Report};
use runtime::{
    Args, Environment, Examined,
    config::{DEFAULT_LOG, LogFormat},
    telemetry,
};
use std::time::Duration;

/// How long one look may take. A server that needs longer does not serve guests either.
const PATIENCE: Duration = Duration::from_secs(20);

/// What to look at, and how to say it.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Doctor {
    /// Looks at the data too: whether every invariant holds for every row, on a live system.
    #[arg(long)]
    deep: bool,
    /// Prints one JSON object in place of the table.
    #[arg(long)]
    json: bool,
    /// Ends with a failure for warnings too.
    #[arg(long)]
    strict: bool,
}

/// What every look starts from.
struct Patient {
    args: Args,
    known: Examined,
}

/// `comanda doctor`; `unread` are the settings that could not be read, with why.
pub(crate) async fn run(
    asked: Doctor,
    args: Args,
    providers: &ProviderArgs,
    unread: Vec<String>,
) -> Result<(), Failure> {
    // What a look finds is in its line; the log would say it twice.
    let filter = if args.log == DEFAULT_LOG { "off" } else { args.log.as_str() };
    let mut unread = unread;
    if let Err(error) = telemetry::init_tracing(filter, LogFormat::Text) {
        unread.push(format!("COMANDA_LOG is `{filter}`: write levels such as info,sqlx=warn ({error})"));
    }
    let known = Examined::of(&args, providers.facts(args.environment == Environment::Production));
    let patient = Patient { args, known };
    let mut report = Report::default();
    report.add(configuration::lines(&patient, unread));
    let (database, bus, ports, reached) = tokio::join!(
        within("database.connection", "DATABASE_URL", database::lines(&patient)),
        within("bus.connection", "REDIS_URL", others::bus(&patient)),
        within("ports", "COMANDA_API_ADDR and COMANDA_WS_ADDR", others::ports(&patient)),
        within("reach", "COMANDA_PUBLIC_URL and COMANDA_DINER_URL", others::reach(&patient)),
    );
    let is_sound = database.iter().all(|line| !line.is_wrong());
    report.add(database);
    if is_sound && let Some(location) = database::location(&patient) {
        report.add(within("data", "DATABASE_URL", data::lines(&patient, &location, Accounts::of(providers))).await);
    }
    report.add(bus);
    report.add(machine::lines(&patient));
    report.add(ports);
    report.add(reached);
    if asked.deep {
        report.deep = Some(deep::look(&patient, is_sound, asked.json).await);
    }
    report.print(asked.json)?;
    report.verdict(asked.strict)
}

/// What a look found, or that it took too long.
async fn within(check: &'static str, setting: &str, look: impl Future<Output = Vec<Line>>) -> Vec<Line> {
    match tokio::time::timeout(PATIENCE, look).await {
        Ok(lines) => lines,
        Err(_) => {
            let what = format!("no answer within {} s", PATIENCE.as_secs());
            vec![Line::wrong(check, what, format!("look at {setting}, and at what stands between"))]
        }
    }
}
