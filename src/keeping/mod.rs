//! Keeping a house: backups that are proven when they are written, and the way back from one.
//!
//! A backup is one file. It is written under another name, synced and read again, and only then gets its own: whatever
//! looks like a backup is one, also after a full disk or a kill. docs/keeping.md tells an operator the whole.

mod archive;
mod backup;
mod checks;
mod key;
mod manifest;
mod moving;
mod postgres;
mod restore;
mod seal;

pub(crate) use moving::{Move, carry_over};
pub(crate) use restore::{Restore, restore};

use crate::{
    console::{Failure, print},
    process::{Process, Task},
    providers::ProviderArgs,
    terminal,
};
use key::KeySource;
use runtime::{DatabaseTarget, Settings};
use secrecy::SecretString;
use std::{convert::Infallible, path::PathBuf, time::Duration};

/// What to back up where, and how often.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Backup {
    /// The directory that backups go to; made when missing.
    #[arg(long, value_name = "DIRECTORY")]
    to: PathBuf,
    /// Goes on, and makes another one so many minutes after each; from 1 to 10080. One alone when not said.
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=10_080))]
    every: Option<u64>,
    /// After each, deletes the oldest backups of that directory but so many; 1 or more. Deletes none when not said.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
    #[command(flatten)]
    key: KeySource,
}

/// `comanda backup`
pub(crate) async fn backup(settings: Settings, asked: Backup, providers: &ProviderArgs) -> Result<(), Failure> {
    let secret = asked.key.secret(key::Use::Seal)?;
    if let DatabaseTarget::Sqlite(path) = &settings.database
        && !path.exists()
    {
        let path = path.display();
        return Err(format!("there is no database at {path}: name it with COMANDA_DATA_DIR or DATABASE_URL").into());
    }
    let process = Process::start(settings, Task::Operate, providers).await?;
    let Some(minutes) = asked.every else { return once(&process, &asked, secret.as_ref()).await };
    // Asked first, so that a stop is heard from the first backup on. One that is not whole yet leaves nothing.
    tokio::select! {
        biased;
        signal = process.shutdown.on_signal() => Ok(signal?),
        never = again_and_again(&process, &asked, secret.as_ref(), minutes) => match never {},
    }
}

async fn once(process: &Process, asked: &Backup, secret: Option<&SecretString>) -> Result<(), Failure> {
    print(&backup::make(process, &asked.to, secret).await?)?;
    backup::forget(&asked.to, asked.keep)
}

async fn again_and_again(process: &Process, asked: &Backup, secret: Option<&SecretString>, minutes: u64) -> Infallible {
    loop {
        if let Err(error) = once(process, asked, secret).await {
            // The next one may succeed; the alert on the age of the last tells whether one does.
            terminal::say(&format!("comanda: this backup failed: {error}"));
        }
        tokio::time::sleep(Duration::from_secs(60 * minutes)).await;
    }
}
