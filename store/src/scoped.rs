//! Where every query starts: the caller's tenant, then the caller's branches.

use crate::error::{Error, Result};
use auth::{Reach, RoleSet, Scope, Staff};
use domain::BranchId;
use sea_orm::{DbBackend, Value};

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

/// The branches where the caller holds a role of `R`, as a parameter for [`within`]: null when it is all of them.
pub(crate) fn reach<R: RoleSet>(staff: &Staff<R>) -> Value {
    match staff.branches() {
        Reach::All => Value::String(None),
        Reach::Some(branches) => serde_json::to_string(&branches).unwrap_or_default().into(),
    }
}

/// A condition: `column` is one of the branches in `parameter`, made by [`reach`].
pub(crate) fn within(backend: DbBackend, column: &str, parameter: &str) -> String {
    let list = listed(backend, parameter);
    match backend {
        DbBackend::Postgres => format!("({parameter}::jsonb is null or {column} in {list})"),
        _ => format!("({parameter} is null or {column} in {list})"),
    }
}

/// The ids in `parameter`, a JSON array, for `in`: one statement text whatever their number.
pub(crate) fn listed(backend: DbBackend, parameter: &str) -> String {
    match backend {
        DbBackend::Postgres => format!("(select value::bigint from jsonb_array_elements_text({parameter}::jsonb))"),
        _ => format!("(select value from json_each({parameter}))"),
    }
}

/// The elements of `parameter`, a JSON array, as rows `e (value, place)` of a `from`: one statement text whatever their
/// number, and `order by e.place` is the array's own order.
pub(crate) fn elements(backend: DbBackend, parameter: &str) -> String {
    match backend {
        DbBackend::Postgres => format!("jsonb_array_elements({parameter}::jsonb) with ordinality as e (value, place)"),
        _ => format!("(select value, key as place from json_each({parameter})) as e"),
    }
}

/// Rows as the parameter of [`elements`].
pub(crate) fn json_array<T: serde::Serialize>(rows: impl Iterator<Item = T>) -> Value {
    serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap_or_default().into()
}
