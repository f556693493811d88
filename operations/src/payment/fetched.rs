//! A payment as a sync fetched it, and why its money may not be for the bill.

use domain::payment::{Failure, SyncCause};
use provider::{Credentials, Snapshot};
use store::AccountRow;

/// A payment as it was fetched, with the account it was fetched through.
pub(super) struct FetchedPayment<'a> {
    pub(super) account: &'a AccountRow,
    pub(super) credentials: &'a Credentials,
    pub(super) failure: Failure,
    pub(super) seen: &'a Snapshot,
    pub(super) cause: SyncCause,
}

/// Why money is recorded and covers nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mismatch {
    Account,
    Currency,
}
