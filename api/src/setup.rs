//! The way in to `/setup`: a code that the operator reads at the machine, good once and for half an hour.
//!
//! Only the server's own memory knows it, by its digest: a start without a business makes another.

use auth::digest;
use chrono::{DateTime, TimeDelta, Utc};
use std::path::PathBuf;
use tokio::sync::{Mutex, MutexGuard};

/// How long a code is good.
const LIFE: TimeDelta = TimeDelta::minutes(30);

/// The door, while a code opens it.
#[derive(Debug)]
pub struct SetupDoor {
    digest: String,
    until: DateTime<Utc>,
    /// Where the code was written down; the file goes with the code.
    file: Option<PathBuf>,
    /// Whether somebody has used the code. Held while a business opens, so that of two at once one does.
    used: Mutex<bool>,
}

impl SetupDoor {
    /// A door that `code` opens from `now` on. `file` is where it was written down, if it was.
    #[must_use]
    pub fn new(code: &str, now: DateTime<Utc>, file: Option<PathBuf>) -> Self {
        Self { digest: digest(&plain(code)), until: now + LIFE, file, used: Mutex::new(false) }
    }

    /// Whether the code's time is over.
    pub(crate) fn is_over(&self, now: DateTime<Utc>) -> bool {
        now >= self.until
    }

    /// Whether somebody has used it.
    pub(crate) async fn is_used(&self) -> bool {
        *self.used.lock().await
    }

    /// Whether that is the code, however it was typed. What is compared are digests: how long it takes tells nothing.
    pub(crate) fn is_opened_by(&self, code: &str) -> bool {
        digest(&plain(code)) == self.digest
    }

    /// Keeps everybody else out; what it guards is whether the code was used.
    pub(crate) async fn hold(&self) -> MutexGuard<'_, bool> {
        self.used.lock().await
    }

    /// Takes away what the code was written down in.
    pub(crate) fn forget_file(&self) {
        if let Some(file) = &self.file
            && let Err(error) = std::fs::remove_file(file)
        {
            tracing::warn!(%error, file = %file.display(), "the used code of /setup stays in its file");
        }
    }
}

/// The letters and digits alone.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_typed_and_dies_after_half_an_hour() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let door = SetupDoor::new("ABCD-EFGH-2345-6789", now, None);
        assert!(door.is_opened_by(" abcdefgh 23456789 ") && !door.is_opened_by("ABCD-EFGH-2345-678"));
        assert!(!door.is_opened_by(""));
        assert!(!door.is_over(now + LIFE - TimeDelta::seconds(1)) && door.is_over(now + LIFE));
    }
}
