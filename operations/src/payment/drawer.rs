//! Cash needs a drawer, in a branch that says so.

use crate::{Error, Result};
use domain::{BranchId, ProblemCode, payment::Tender};
use store::UnitOfWork;

/// Refuses cash that the branch books in a session of the register only, while none is open.
///
/// # Errors
/// It is such cash.
pub(super) async fn ensure_drawer(uow: &UnitOfWork, branch: BranchId, tender: Tender) -> Result<()> {
    if tender == Tender::Cash && uow.refuses_cash(branch).await? {
        return Err(Error::refused(ProblemCode::NoCashSession, "No drawer session is open; open one first"));
    }
    Ok(())
}
