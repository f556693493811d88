//! Lost leases: another worker has taken the work over.

use crate::{Error, Result};

/// Turns a lost lease into success: the worker that has the lease now does the work.
pub(super) fn lost_is_fine<T: Default>(error: Error) -> Result<T> {
    match error {
        Error::Store(store::Error::LeaseLost) => Ok(T::default()),
        other => Err(other),
    }
}
