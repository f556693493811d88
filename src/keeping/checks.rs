//! What is looked at in a restored house before it opens: what `comanda doctor --deep` looks at.

use crate::console::Failure;
use store::{Database, Step};

/// What is not as it must be, a sentence each; none where everything holds.
///
/// # Errors
/// The database failed.
pub(super) async fn findings(db: &Database) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    let mut hear = |step: Step| {
        if let Step::Found(finding) = step {
            found.push(format!("{} {} of {}: {}", finding.table, finding.id, finding.business, finding.what));
        }
    };
    db.check_invariants(&mut hear).await?;
    Ok(found)
}
