//! The key of a sealed backup: the first line of a file, or a passphrase that somebody types. Never an argument.

use crate::{console::Failure, terminal};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fs,
    io::{self, BufRead},
    path::{Path, PathBuf},
};

/// The shortest key, in characters.
const SHORTEST: usize = 12;

/// Where the key comes from.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct KeySource {
    /// The backup is sealed with the first line of this file, 12 characters or more; `-` is standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase")]
    key_file: Option<PathBuf>,
    /// The backup is sealed with a passphrase, which is asked for at the terminal.
    #[arg(long)]
    passphrase: bool,
}

/// What the key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A new backup: a passphrase is typed twice.
    Seal,
    /// One that is there.
    Open,
}

impl KeySource {
    /// The key; none where the backup is not sealed.
    ///
    /// # Errors
    /// It cannot be read, or is too short.
    pub(super) fn secret(&self, what_for: Use) -> Result<Option<SecretString>, Failure> {
        let secret = match &self.key_file {
            Some(file) => first_line(file)
                .map_err(|error| format!("--key-file is `{}`: it cannot be read: {error}", file.display()))?,
            None if self.passphrase => typed(what_for)?,
            None => return Ok(None),
        };
        if what_for == Use::Seal && secret.expose_secret().chars().count() < SHORTEST {
            return Err(format!("the key is too short: it has {SHORTEST} characters or more").into());
        }
        Ok(Some(secret))
    }
}

fn first_line(file: &Path) -> io::Result<SecretString> {
    let mut line = String::new();
    if file == Path::new("-") {
        io::stdin().lock().read_line(&mut line)?;
    } else {
        io::BufReader::new(fs::File::open(file)?).read_line(&mut line)?;
    }
    Ok(line.trim_end_matches(['\r', '\n']).into())
}

fn typed(what_for: Use) -> Result<SecretString, Failure> {
    if !terminal::is_there() {
        return Err("--passphrase asks at a terminal, and there is none: use --key-file".into());
    }
    let first = rpassword::prompt_password("Passphrase of the backup: ")?;
    if what_for == Use::Seal && rpassword::prompt_password("The same again: ")? != first {
        return Err("the two passphrases differ; nothing was written".into());
    }
    Ok(first.into())
}
