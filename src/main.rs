//! `comanda`: the one binary. `serve` (the default) runs everything in one process; `api` and `ws-gateway` run the two
//! halves apart, over PostgreSQL and Redis.

mod banner;
mod businesses;
mod commands;
mod configuration;
mod console;
mod demo_pictures;
mod doctor;
mod jobs;
mod keeping;
mod logins;
mod migrations;
mod opening;
mod operator;
mod process;
mod providers;
#[cfg_attr(not(feature = "sandbox"), path = "no_sandbox.rs")]
mod sandbox;
mod serving;
mod setup_code;
mod terminal;

use clap::{Parser, Subcommand};
use runtime::{Args, log::LogWriter};
use std::{process::ExitCode, time::Duration};
use tokio::signal::unix::{SignalKind, signal};

/// How long the end waits for the log: whoever reads it may have stopped.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Backend of a table-service restaurant.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    args: Args,
    #[command(flatten)]
    providers: providers::ProviderArgs,
}

/// What to run.
#[derive(Clone, Debug, Default, Subcommand)]
enum Command {
    /// API and gateway in one process; migrates first, and seeds the demo restaurant outside production. The default.
    #[default]
    Serve,
    /// The REST API alone.
    Api,
    /// The WebSocket gateway alone.
    WsGateway,
    /// Opens a restaurant: the business, its first branch and administrator, menu, tables and QR codes, all or nothing.
    Init(Box<opening::Init>),
    /// The businesses of this server.
    Tenant {
        #[command(subcommand)]
        what: businesses::Tenant,
    },
    /// The branches of a business.
    Branch {
        #[command(subcommand)]
        what: businesses::Branch,
    },
    /// Brings the database's schema up to date, or says what is to be done.
    Migrate(migrations::Migrate),
    /// Adds the demo restaurant to a database without a business; refused in production.
    Seed,
    /// Prints the OpenAPI document.
    Openapi,
    /// Prints the AsyncAPI document of the gateway.
    Asyncapi,
    /// Prints every setting: docs/configuration.md.
    Configuration,
    /// Makes a backup of the running house, database and pictures, and proves it by reading it again.
    Backup(keeping::Backup),
    /// Makes a house of a backup where there is none: all of it, or nothing.
    Restore(keeping::Restore),
    /// Moves the house from its SQLite file to PostgreSQL, with every id: all of it, or nothing.
    Move(keeping::Move),
    /// Begins a new epoch in every branch's event stream: to be run after the database was restored or failed over to
    /// an older state, before the API starts. Every connected and returning client is told to read again.
    NewEpoch,
    /// Looks now for payments, refunds and checkouts that no notice told of, due or not, and works the queue off.
    SweepPayments,
    /// Lists payment work that was given up, shows it, or puts it back into the queue.
    DeadLetters {
        #[command(subcommand)]
        what: Option<operator::DeadLetters>,
    },
    /// Compares a day of each branch with its payment provider and prints what differs.
    Reconcile {
        /// The branch's day, as 2026-02-28; yesterday when not said.
        #[arg(long)]
        day: Option<chrono::NaiveDate>,
    },
    /// Says of settings, database, bus, disks, secrets and addresses what is right, what is wrong and what cures it.
    Doctor(doctor::Doctor),
    /// Members of staff as accounts.
    User {
        #[command(subcommand)]
        what: logins::User,
    },
    /// Walks the chain of every business's audit log and tells the first row that is not as it was written.
    Audit {
        #[command(subcommand)]
        what: operator::Audit,
    },
}

/// A write beyond the process's limit on file sizes (`ulimit -f`) becomes an error that the database reports, in place
/// of the end of the process: as PostgreSQL does, which ignores the signal.
fn survive_full_files() {
    /// SIGXFSZ on every Linux but MIPS, on macOS and on the BSDs.
    const SIGXFSZ: i32 = 25;
    // The handler stays for the life of the process, also when nobody listens.
    drop(signal(SignalKind::from_raw(SIGXFSZ)));
}

/// The failure with what caused it, and what caused that.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let next_text = next.to_string();
        // Many errors say what their cause says.
        if !text.contains(&next_text) {
            text.push_str(": ");
            text.push_str(&next_text);
        }
        cause = next.source();
    }
    text
}

#[tokio::main]
async fn main() -> ExitCode {
    survive_full_files();
    let (cli, unread) = doctor::parse();
    let done = match cli.command.unwrap_or_default() {
        Command::Doctor(asked) => doctor::run(asked, cli.args, &cli.providers, unread).await,
        command => commands::run(command, cli.args, cli.providers).await,
    };
    let code = match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            LogWriter::of_process().put(format!("comanda: {}\n", with_causes(&*error)).as_bytes());
            ExitCode::FAILURE
        }
    };
    LogWriter::of_process().flush(LAST_WORDS);
    code
}
