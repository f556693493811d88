//! Where every query starts: the caller's tenant, then the caller's branches.

use crate::error::{Error, Result};
use auth::{Reach, RoleSet, Scope, Staff};
use domain::BranchId;
use sea_orm::Value;

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

/// The branches where the caller holds a role of `R`, as a parameter for `#within`: null when it is all of them.
pub(crate) fn reach<R: RoleSet>(staff: &Staff<R>) -> Value {
    match staff.branches() {
        Reach::All => Value::String(None),
        Reach::Some(branches) => serde_json::to_string(&branches).unwrap_or_default().into(),
    }
}

/// Rows as the parameter of `#rows`, or values as that of `#list`.
pub(crate) fn json_array<T: serde::Serialize>(rows: impl Iterator<Item = T>) -> Value {
    serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap_or_default().into()
}
