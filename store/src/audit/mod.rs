//! The audit log: what staff and operators changed, written by the transaction of the change (design.md §7).
//!
//! [`UnitOfWork::audit`] only notes a change; the rows are written and chained when the operation has returned
//! ([`chain`]).

pub(crate) mod chain;
mod change;
mod note;

pub use change::Change;
pub(crate) use note::Note;

use crate::{Attempt, unit_of_work::UnitOfWork};
use auth::Author;

impl UnitOfWork {
    /// Notes that `by` made `change`. The row is written with the commit, in this transaction.
    pub fn audit(&self, by: &impl Author, attempt: &Attempt, change: Change) {
        self.note(Note {
            tenant_id: by.tenant_id(),
            user_id: by.user(),
            user_email: by.known_as().to_owned(),
            ip_address: attempt.ip.map(|ip| ip.to_string()),
            user_agent: attempt.user_agent.clone(),
            change,
        });
    }
}
