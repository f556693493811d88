//! The beginning of a restored house's second life.
//!
//! Its streams stand where they stood at the backup, and their next numbers have meant other events to whoever heard
//! them: every stream begins a new epoch, and clients read again (I3). A sign-out, a lock or a changed password since
//! then is not in it: every sign-in ends, so that no token comes back to life. Idempotency keys, leases and queued work
//! stay as they are (docs/decisions/058-a-restored-house-asks-again.md).

use crate::{database::Database, error::Result, event_log::NEW_EPOCH, refresh_token::END_ALL, sql::Text};
use chrono::{DateTime, Utc};
use sea_orm::DbBackend;

impl Database {
    /// Begins the second life, all of it in one transaction.
    ///
    /// # Errors
    /// The database failed.
    pub async fn revive(&self) -> Result<()> {
        self.transaction("house.revive", |uow| async move {
            uow.run(END_ALL, [uow.now().into()]).await?;
            uow.run(NEW_EPOCH, []).await.map(drop)
        })
        .await
    }
}

/// The same as a script for `psql`, to be run in the transaction that restores the rows; `now` is its instant.
#[must_use]
pub fn revival_script(now: DateTime<Utc>) -> String {
    let end = END_ALL.text(DbBackend::Postgres).replace("$1", &format!("'{}'", now.to_rfc3339()));
    // A dump's script leaves no search path.
    format!("reset search_path;\n{end};\n{};\n", NEW_EPOCH.text(DbBackend::Postgres))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_names_its_instant_and_both_statements() {
        let script = revival_script(DateTime::UNIX_EPOCH);
        assert!(script.contains("revoked_at = '1970-01-01T00:00:00+00:00'"), "{script}");
        assert!(script.contains("gen_random_uuid()") && !script.contains('$'), "{script}");
    }
}
