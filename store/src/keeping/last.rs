//! When the last proven backup of this database was taken.

use crate::{database::Database, error::Result, sql::sql, unit_of_work::one};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

/// The last backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct LastBackup {
    /// The instant of which it is: everything that was acknowledged before is in it.
    pub taken_at: DateTime<Utc>,
    /// Its size.
    pub bytes: i64,
}

#[derive(FromQueryResult)]
struct Opened {
    opened_at: Option<DateTime<Utc>>,
}

impl Database {
    /// Notes that a backup was written and read again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn note_backup(&self, backup: LastBackup) -> Result<()> {
        let sql = sql!(
            unscoped("a backup is of all businesses"),
            "/* housekeeping */ insert into last_backup (id, taken_at, bytes) values (1, $1, $2)
            on conflict (id) do update set taken_at = excluded.taken_at, bytes = excluded.bytes"
        );
        self.housekeeping("backup.note", |uow| async move {
            uow.run(sql, [backup.taken_at.into(), backup.bytes.into()]).await.map(drop)
        })
        .await
    }

    /// The last backup; none where there has been none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn last_backup(&self) -> Result<Option<LastBackup>> {
        let sql = sql!(
            unscoped("a backup is of all businesses"),
            "/* housekeeping */ select taken_at, bytes from last_backup"
        );
        one(self.reader(), sql, []).await
    }

    /// Since when nothing of this house is in a backup: the instant of the last one, else of its first business; none
    /// where there is no business.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unsaved_since(&self) -> Result<Option<DateTime<Utc>>> {
        if let Some(last) = self.last_backup().await? {
            return Ok(Some(last.taken_at));
        }
        let sql = sql!(
            unscoped("a backup is of all businesses"),
            "/* housekeeping */ select created_at as opened_at from tenant order by id limit 1"
        );
        Ok(one::<Opened>(self.reader(), sql, []).await?.and_then(|first| first.opened_at))
    }
}
