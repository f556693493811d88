//! How old the last proven backup is, for the alert that there is none.

use runtime::{Job, JobError, Periodic, Ran};
use std::time::Duration;
use store::Database;

/// `comanda backup` is another process: what it noted is seen after this long at most.
const EVERY: Duration = Duration::from_secs(10);

/// Measures the age. A house that never made a backup has one as old as itself.
pub(super) fn measure(db: &Database) -> impl Job + use<> {
    let db = db.clone();
    Periodic::new("backup.measure", EVERY, move || {
        let db = db.clone();
        async move {
            if let Some(since) = db.unsaved_since().await? {
                let seconds = (db.clock().now() - since).num_seconds().max(0);
                metrics::gauge!("backup_age_seconds").set(i32::try_from(seconds).unwrap_or(i32::MAX));
            }
            Ok::<_, JobError>(Ran::Done)
        }
    })
}
