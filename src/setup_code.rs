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
    path::{Path, PathBuf},
};

/// The file in the data directory.
const FILE: &str = "setup-code";

/// The door, and what is said of it; nothing where a business has opened, or outside production, which has the demo.
/// Where the code cannot be kept there is no door, and the server starts all the same: `comanda init` needs none.
pub(crate) async fn door(process: &Process, api: SocketAddr) -> Result<Option<(SetupDoor, String)>, Failure> {
    let old = process.settings.data_dir.join(FILE);
    let is_wanted = process.settings.is_production() && !process.db.has_businesses().await?;
    match if is_wanted { keep(&old) } else { remove(&old).map(|()| None) } {
        Ok(None) => Ok(None),
        Ok(Some(kept)) => Ok(Some(announced(process, api, kept))),
        Err(error) => {
            tracing::warn!(file = %old.display(), %error, "the code of /setup cannot be kept; `comanda init` opens");
            Ok(None)
        }
    }
}

/// A new code, and the file that has it where nobody looks at a terminal.
fn keep(file: &Path) -> io::Result<Option<(String, Option<PathBuf>)>> {
    let code = made_up_code();
    if io::stdout().is_terminal() {
        remove(file)?;
        return Ok(Some((code, None)));
    }
    write(file, &code)?;
    Ok(Some((code, Some(file.to_owned()))))
}

fn announced(process: &Process, api: SocketAddr, (code, file): (String, Option<PathBuf>)) -> (SetupDoor, String) {
    let where_it_is = match &file {
        None => format!("the one-time code {code}"),
        Some(file) => format!("the one-time code in {}", file.display()),
    };
    let said = format!(
        "
  There is no business here yet. Open one with `comanda init`, or within 30 minutes at

    http://{api}/setup          with {where_it_is}
"
    );
    (SetupDoor::new(&code, process.db.clock().now(), file), said)
}

/// Takes the code of an earlier start away: it is good for nothing.
fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a new file: one that is there already may be open to others. With the events in Redis and the rows in
/// PostgreSQL nobody may have made its directory yet.
fn write(file: &Path, code: &str) -> io::Result<()> {
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory)?;
    }
    remove(file)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    writeln!(file, "{code}")
}
