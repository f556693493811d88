//! Where every query starts: the caller's tenant, then the caller's branches.

use crate::error::{Error, Result};
use auth::Scope;
use domain::BranchId;

/// A row the tenant filter let through is the caller's business only if its branch is.
pub(crate) fn admitted<T>(
    scope: &impl Scope,
    noun: &'static str,
    row: Option<T>,
    branch: impl Fn(&T) -> BranchId,
) -> Result<T> {
    let row = row.ok_or(Error::NotFound(noun))?;
    if scope.admits(branch(&row)) { Ok(row) } else { Err(Error::Forbidden(noun)) }
}
