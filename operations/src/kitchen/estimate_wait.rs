//! How long a new order will take (M29). It tells no one about any one round, so it asks for no token.

use crate::Result;
use domain::{BranchId, kitchen::EstimatedWait};
use store::Database;

/// The guess for an open branch.
///
/// # Errors
/// No such branch.
pub async fn estimate_wait(db: &Database, branch: BranchId) -> Result<EstimatedWait> {
    let pace = db.kitchen_pace(branch).await?;
    Ok(EstimatedWait::guess(pace.queue, pace.finished))
}
