//! What is looked at in a restored house before it opens: the one place where a deeper check is called.

use crate::console::Failure;
use chrono::DateTime;
use store::{Database, Verified};

/// What is not as it must be, a sentence each; none where everything holds.
///
/// # Errors
/// The database failed.
pub(super) async fn findings(db: &Database) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for (tenant, slug) in db.tenants().await? {
        match db.verify_audit(tenant).await? {
            Verified::Intact(_) => {}
            Verified::Broken { seq, why } => found.push(format!("audit log of {slug}: broken at row {seq}: {why}")),
            Verified::Unnumbered { rows } => found.push(format!("audit log of {slug}: {rows} rows of another program")),
        }
    }
    for branch in db.branch_rows().await? {
        for fault in db.ledger_faults(branch.id, DateTime::UNIX_EPOCH).await? {
            let (kind, id, slug) = (fault.kind, fault.id, branch.slug.as_str());
            let (recorded, counted) = (fault.recorded_cents, fault.allocated_cents);
            found.push(format!("{kind} {id} of {slug}: {recorded} cents are recorded, its rows come to {counted}"));
        }
    }
    Ok(found)
}
