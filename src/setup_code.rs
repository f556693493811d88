//! The one-time code of `/setup`: printed where somebody looks at a terminal, else written to a file that its owner
//! alone may read. Never to the log, which others read and which is kept.

use crate::{console::Failure, process::Process};
use api::SetupDoor;
use operations::opening::made_up_code;
use std::{
    fs::{self, OpenOptions},
    io::{self, IsTerminal, Write},
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// The file in the data directory.
const FILE: &str = "setup-code";

/// The door, and what is said of it; nothing where a business has opened, or outside production, which has the demo.
pub(crate) async fn door(process: &Process, api: SocketAddr) -> Result<Option<(SetupDoor, String)>, Failure> {
    let old = process.settings.data_dir.join(FILE);
    if !process.settings.is_production() || process.db.has_businesses().await? {
        remove(&old)?;
        return Ok(None);
    }
    let code = made_up_code();
    let file = if io::stdout().is_terminal() { None } else { Some(old.clone()) };
    let where_it_is = match &file {
        None => {
            remove(&old)?;
            format!("the one-time code {code}")
        }
        Some(file) => {
            write(file, &code)?;
            format!("the one-time code in {}", file.display())
        }
    };
    let said = format!(
        "
  There is no business here yet. Open one with `comanda init`, or within 30 minutes at

    http://{api}/setup          with {where_it_is}
"
    );
    Ok(Some((SetupDoor::new(&code, process.db.clock().now(), file), said)))
}

/// Takes the code of an earlier start away: it is good for nothing.
fn remove(file: &Path) -> Result<(), Failure> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(file, &error)),
        _ => Ok(()),
    }
}

/// Writes a new file: one that is there already may be open to others.
fn write(file: &Path, code: &str) -> Result<(), Failure> {
    remove(file)?;
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let written = opened.and_then(|mut file| writeln!(file, "{code}"));
    written.map_err(|error| unwritable(file, &error))
}

fn unwritable(file: &Path, error: &io::Error) -> Failure {
    format!("the code of /setup cannot be kept in {}: {error}", file.display()).into()
}
